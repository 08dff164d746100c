"""Ways of writing the same template otherwise. The check must be silent about each.

In: a template as plain values and a generator of chance. Out: the same template in other words, as plain values or as
text where the words are YAML's own.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from typing import Any

import yaml

from .tree import walk

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from .tree import Plain

__all__ = ["REWRITES", "renamed"]

#: Lists whose order has a meaning.
_ORDERED = {"KeySchema", "Members", "CacheBehaviors"}
_HOLE = re.compile(r"\$\{([^!}]+)\}")


def _each(value: Plain, change: Callable[[Plain, str], Plain], key: str = "") -> Plain:
    """The value rebuilt, inside out: `change` gets each mapping, list and text, and the key it stands under."""
    if isinstance(value, dict):
        value = {name: _each(child, change, name) for name, child in value.items()}
    elif isinstance(value, list):
        value = [_each(child, change, key) for child in value]
    return change(value, key)


def _resources(template: Plain, change: Callable[[Plain, str], Plain]) -> Plain:
    return {
        **template,
        "Resources": _each(template["Resources"], change),
        "Outputs": _each(template["Outputs"], change),
    }


def _keys_reversed(template: Plain, chance: Random) -> Plain:
    del chance
    return _each(template, lambda value, _: dict(reversed(value.items())) if isinstance(value, dict) else value)


def _keys_shuffled(template: Plain, chance: Random) -> Plain:
    def change(value: Plain, _: str) -> Plain:
        return dict(chance.sample(list(value.items()), len(value))) if isinstance(value, dict) else value

    return _each(template, change)


def _lists_shuffled(template: Plain, chance: Random) -> Plain:
    def change(value: Plain, key: str) -> Plain:
        ordered = key.startswith("Fn::") or key in _ORDERED
        if (
            key == "Items"
            and isinstance(value, list)
            and any(isinstance(one, dict) and "OriginId" in one for one in value)
        ):
            ordered = True
        return chance.sample(value, len(value)) if isinstance(value, list) and not ordered else value

    return _resources(template, change)


def _behaviors_turned(template: Plain, chance: Random) -> Plain:
    """The two patterns have no address in common."""
    del chance
    config = template["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
    config["CacheBehaviors"].reverse()
    return template


def _sub(text: str) -> Plain:
    return {"Fn::Sub": text}


def _as_sub(template: Plain, chance: Random) -> Plain:
    """`Ref` and `GetAtt` as `Sub`."""
    del chance

    def change(value: Plain, key: str) -> Plain:
        if isinstance(value, dict) and set(value) == {"Ref"} and value["Ref"] != "AWS::NoValue":
            return _sub(f"${{{value['Ref']}}}")
        if isinstance(value, dict) and set(value) == {"Fn::GetAtt"}:
            return _sub(f"${{{'.'.join(value['Fn::GetAtt'])}}}")
        del key
        return value

    return _resources(template, change)


def _as_join(template: Plain, chance: Random) -> Plain:
    """`Sub` as `Join` of texts, `Ref` and `GetAtt`."""
    del chance

    def change(value: Plain, key: str) -> Plain:
        del key
        if not (isinstance(value, dict) and set(value) == {"Fn::Sub"} and isinstance(value["Fn::Sub"], str)):
            return value
        parts: list[Plain] = []
        for number, part in enumerate(_HOLE.split(value["Fn::Sub"])):
            if number % 2 == 0:
                parts += [part] if part else []
            elif "." in part:
                parts.append({"Fn::GetAtt": part.split(".", 1)})
            else:
                parts.append({"Ref": part})
        return {"Fn::Join": ["", parts]}

    return _resources(template, change)


def _sub_with_names(template: Plain, chance: Random) -> Plain:
    """`Sub` with names of its own for what it puts in."""
    del chance

    def change(value: Plain, key: str) -> Plain:
        del key
        if not (isinstance(value, dict) and set(value) == {"Fn::Sub"} and isinstance(value["Fn::Sub"], str)):
            return value
        names = {f"Own{number}": name for number, name in enumerate(dict.fromkeys(_HOLE.findall(value["Fn::Sub"])))}
        text = value["Fn::Sub"]
        for own, name in names.items():
            text = text.replace(f"${{{name}}}", f"${{{own}}}")
        put = {own: {"Fn::GetAtt": name.split(".", 1)} if "." in name else {"Ref": name} for own, name in names.items()}
        return {"Fn::Sub": [text, put]} if names else value

    return _resources(template, change)


def _pseudo_as_text(template: Plain, chance: Random) -> Plain:
    """The region and the partition written out: the stack is in us-east-1."""
    del chance
    return _resources(
        template,
        lambda value, _: (
            value.replace("${AWS::Region}", "us-east-1").replace("${AWS::Partition}", "aws")
            if isinstance(value, str)
            else value
        ),
    )


def _get_att_as_text(template: Plain, chance: Random) -> Plain:
    del chance

    def change(value: Plain, key: str) -> Plain:
        return ".".join(value) if key == "Fn::GetAtt" and isinstance(value, list) else value

    return _resources(template, change)


def _statements(template: Plain, change: Callable[[list[Plain]], Plain]) -> Plain:
    def each(value: Plain, key: str) -> Plain:
        return change(value) if key == "Statement" and isinstance(value, list) and "Effect" in value[0] else value

    return _resources(template, each)


def _lists_of_one(template: Plain, chance: Random) -> Plain:
    """Actions, resources and principals as lists of one, and such lists as texts."""
    del chance

    def change(value: Plain, key: str) -> Plain:
        if not (isinstance(value, dict) and "Effect" in value):
            return value
        del key
        done = dict(value)
        for name in ("Action", "Resource"):
            if name in done:
                there = done[name]
                done[name] = [there] if not isinstance(there, list) else there[0] if len(there) == 1 else there
        if isinstance(done.get("Principal"), dict):
            done["Principal"] = {k: v if isinstance(v, list) else [v] for k, v in done["Principal"].items()}
        return done

    return _resources(template, change)


def _actions_case(template: Plain, chance: Random) -> Plain:
    def change(value: Plain, key: str) -> Plain:
        if key == "Action" and isinstance(value, str) and ":" in value and not value.startswith("lambda:Invoke"):
            service, _, verb = value.partition(":")
            return f"{service}:{chance.choice([verb.upper(), verb.lower(), verb])}"
        return value

    return _resources(template, change)


def _statements_split(template: Plain, chance: Random) -> Plain:
    """A statement for each action and each resource."""
    del chance

    def change(items: list[Plain]) -> Plain:
        split: list[Plain] = []
        for one in items:
            actions = one["Action"] if isinstance(one.get("Action"), list) else [one.get("Action")]
            places = one["Resource"] if isinstance(one.get("Resource"), list) else [one.get("Resource")]
            for action in actions:
                for place in places:
                    more = {key: told for key, told in (("Action", action), ("Resource", place)) if told is not None}
                    split.append({**{k: v for k, v in one.items() if k not in {"Action", "Resource", "Sid"}}, **more})
        return split

    return _statements(template, change)


def _statements_merged(template: Plain, chance: Random) -> Plain:
    """Statements about the same, of the same, under the same, as one."""
    del chance

    def change(items: list[Plain]) -> Plain:
        merged: dict[str, Plain] = {}
        for one in items:
            rest = {key: value for key, value in one.items() if key not in {"Action", "Sid"}}
            actions = one["Action"] if isinstance(one["Action"], list) else [one["Action"]]
            there = merged.setdefault(json.dumps(rest, sort_keys=True), {**rest, "Action": []})
            there["Action"] += actions
        return list(merged.values())

    return _statements(template, change)


def _statement_bare(template: Plain, chance: Random) -> Plain:
    """A document's only statement without the list around it."""
    del chance
    return _statements(template, lambda items: items[0] if len(items) == 1 else items)


def _without_names_of_statements(template: Plain, chance: Random) -> Plain:
    del chance
    return _statements(template, lambda items: [{k: v for k, v in one.items() if k != "Sid"} for one in items])


def _account_as_number(template: Plain, chance: Random) -> Plain:
    del chance

    def change(value: Plain, key: str) -> Plain:
        root = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
        return {"Ref": "AWS::AccountId"} if key == "AWS" and value == root else value

    return _resources(template, change)


def _equal_operators(template: Plain, chance: Random) -> Plain:
    """`ArnEquals` for `StringEquals` of an ARN and the other way round."""
    del chance

    def change(value: Plain, key: str) -> Plain:
        if key != "Condition" or not isinstance(value, dict):
            return value
        return {
            {"ArnEquals": "StringEquals", "ArnLike": "ArnEquals"}.get(name, name): told for name, told in value.items()
        }

    return _resources(template, change)


def _literals(template: Plain) -> list[tuple[Plain, Any]]:
    """Holder and key of each text in a property that stands for itself."""
    found = []
    for path, value in walk(template["Resources"]):
        keys = [str(one) for one in path]
        free = not any(one.startswith("Fn::") or one in {"Ref", "Condition"} for one in keys)
        if len(path) > 2 and path[1] == "Properties" and free and isinstance(value, str) and len(value) < 200:
            held = template["Resources"]
            for key in path[:-1]:
                held = held[key]
            found.append((held, path[-1]))
    return found


def _as_parameters(template: Plain, chance: Random) -> Plain:
    for number, (held, key) in enumerate(chance.sample(_literals(template), 40)):
        template["Parameters"][f"Moved{number}"] = {"Type": "String", "Default": held[key]}
        held[key] = {"Ref": f"Moved{number}"}
    return template


def _as_mappings(template: Plain, chance: Random) -> Plain:
    values = {}
    for number, (held, key) in enumerate(chance.sample(_literals(template), 40)):
        values[f"Moved{number}"] = held[key]
        held[key] = {"Fn::FindInMap": ["Values", "All", f"Moved{number}"]}
    return {**template, "Mappings": {"Values": {"All": values}}}


def _words_added(template: Plain, chance: Random) -> Plain:
    del chance
    for resource in template["Resources"].values():
        resource["Metadata"] = {"Owner": "operations"}
        if resource["Type"] in {"AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::Lambda::Function", "AWS::SQS::Queue"}:
            resource["Properties"]["Tags"] = [{"Key": "project", "Value": "ketamine-guide"}]
        if resource["Type"] in {"AWS::Lambda::Function", "AWS::Lambda::Alias", "AWS::IAM::Role"}:
            resource["Properties"]["Description"] = "Other words"
    for section in ("Parameters", "Outputs"):
        for one in template[section].values():
            one["Description"] = "Other words"
    return {**template, "Description": "Other words", "Metadata": {"Anything": ["at", "all"]}}


def renamed(template: Plain, names: dict[str, str], section: str = "Resources") -> Plain:
    """The template with other logical ids (or names of conditions), and every reference after them."""

    def change(value: Plain, key: str) -> Plain:  # noqa: PLR0911 - one for each way of naming
        if section == "Conditions":
            if key == "Condition" and isinstance(value, str):
                return names.get(value, value)
            if key == "Fn::If" and isinstance(value, list) and len(value) == 3 and isinstance(value[0], str):
                return [names.get(value[0], value[0]), *value[1:]]
            return value
        if key in {"Ref", "DependsOn"} and isinstance(value, str):
            return names.get(value, value)
        if key == "Fn::GetAtt" and isinstance(value, list):
            return [names.get(value[0], value[0]), *value[1:]]
        if isinstance(value, dict) and isinstance(value.get("Fn::GetAtt"), str):
            head, dot, tail = value["Fn::GetAtt"].partition(".")
            return {"Fn::GetAtt": f"{names.get(head, head)}{dot}{tail}"}
        if isinstance(value, dict) and "Fn::Sub" in value:
            told = value["Fn::Sub"]
            text = told if isinstance(told, str) else told[0]

            def put(match: re.Match[str]) -> str:
                head, dot, tail = match[1].partition(".")
                return f"${{{names.get(head, head)}{dot}{tail}}}"

            text = _HOLE.sub(put, text)
            return {"Fn::Sub": text if isinstance(told, str) else [text, *told[1:]]}
        return value

    done = _each(template, change)
    done[section] = {names.get(name, name): value for name, value in done[section].items()}
    return done


def _all_renamed(template: Plain, chance: Random) -> Plain:
    del chance
    return renamed(template, {name: f"Part{number}" for number, name in enumerate(template["Resources"])})


def _conditions_renamed(template: Plain, chance: Random) -> Plain:
    del chance
    names = {name: f"When{number}" for number, name in enumerate(template.get("Conditions", {}))}
    return renamed(template, names, "Conditions")


def _conditions_doubled(template: Plain, chance: Random) -> Plain:
    """Not not, and what is compared the other way round."""
    del chance

    def change(value: Plain, key: str) -> Plain:
        return value[::-1] if key == "Fn::Equals" and isinstance(value, list) else value

    conditions = {
        name: {"Fn::Not": [{"Fn::Not": [value]}]} for name, value in _each(template["Conditions"], change).items()
    }
    return {**template, "Conditions": conditions}


def _branches_turned(template: Plain, chance: Random) -> Plain:
    """If not, then the other."""
    del chance

    def change(value: Plain, key: str) -> Plain:
        if key == "Fn::If" and isinstance(value, list) and len(value) == 3 and isinstance(value[0], str):
            return [f"No{value[0]}", value[2], value[1]]
        return value

    template = _resources(template, change)
    opposite = {f"No{name}": {"Fn::Not": [{"Condition": name}]} for name in template["Conditions"]}
    return {**template, "Conditions": {**template["Conditions"], **opposite}}


def _more_of_it(template: Plain, chance: Random) -> Plain:
    """More memory, logs for a quarter of a year."""
    del chance
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Lambda::Function":
            resource["Properties"]["MemorySize"] = "1024"
    if "LogDays" in template["Parameters"]:
        template["Parameters"]["LogDays"]["Default"] = "90"
    return template


def _dependencies(template: Plain, chance: Random) -> Plain:
    """As a list for a text and the other way round, and one more where none is needed."""
    del chance
    for resource in template["Resources"].values():
        there = resource.get("DependsOn")
        if isinstance(there, str):
            resource["DependsOn"] = [there]
        elif there is not None and len(there) == 1:
            resource["DependsOn"] = there[0]
    if "Dashboard" in template["Resources"]:
        template["Resources"]["Dashboard"]["DependsOn"] = ["LeadsTable"]
    return template


def _json(template: Plain, chance: Random) -> str:
    del chance
    return json.dumps(template, indent=1)


def _quoted(template: Plain, chance: Random) -> str:
    """Block style, every text in quotes."""
    del chance
    text: str = yaml.dump(template, default_style='"', sort_keys=True, width=100)
    return text


def _bare(template: Plain, chance: Random) -> str:
    """Flow style where it fits, numbers and truths bare, as PyYAML writes them."""
    del chance
    typed = _each(template, lambda value, _: _typed(value) if isinstance(value, str) else value)
    text: str = yaml.dump(typed, default_flow_style=None, sort_keys=False, width=140, allow_unicode=True)
    return text


def _typed(text: str) -> Any:
    if text in {"true", "false"}:
        return text == "true"
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,8}", text) else text


class _Short(yaml.SafeDumper):
    """Writes intrinsics in their short form."""


def _short(template: Plain, chance: Random) -> str:
    del chance

    def represent(dumper: yaml.SafeDumper, value: dict[str, Any]) -> yaml.Node:
        if len(value) == 1:
            [(name, inner)] = value.items()
            if name == "Ref" and isinstance(inner, str):
                return dumper.represent_scalar("!Ref", inner)
            if name == "Fn::GetAtt" and all(isinstance(one, str) for one in inner):
                return dumper.represent_scalar("!GetAtt", ".".join(inner))
            if name.startswith("Fn::") and isinstance(inner, str):
                return dumper.represent_scalar(f"!{name[4:]}", inner)
            # A short form directly inside of another one is refused by some readers.
            if name in {"Fn::If", "Fn::Join", "Fn::Equals"} and isinstance(inner, list):
                return dumper.represent_sequence(f"!{name[4:]}", inner)
        return dumper.represent_mapping("tag:yaml.org,2002:map", value.items())

    _Short.add_representer(dict, represent)
    text: str = yaml.dump(template, Dumper=_Short, sort_keys=False, width=200)
    return text


#: Name → rewrite. A rewrite may edit what it is given.
REWRITES: dict[str, Callable[[Plain, Random], Plain]] = {
    "keys in the opposite order": _keys_reversed,
    "keys shuffled": _keys_shuffled,
    "lists shuffled": _lists_shuffled,
    "behaviors turned": _behaviors_turned,
    "Ref and GetAtt as Sub": _as_sub,
    "Sub as Join": _as_join,
    "Sub with names of its own": _sub_with_names,
    "region and partition written out": _pseudo_as_text,
    "GetAtt as text": _get_att_as_text,
    "lists of one": _lists_of_one,
    "letter case of actions": _actions_case,
    "statements split": _statements_split,
    "statements merged": _statements_merged,
    "a statement without its list": _statement_bare,
    "statements without names": _without_names_of_statements,
    "the account as a number": _account_as_number,
    "equal operators": _equal_operators,
    "literals as parameters": _as_parameters,
    "literals as mappings": _as_mappings,
    "other words, tags": _words_added,
    "every logical id renamed": _all_renamed,
    "conditions renamed": _conditions_renamed,
    "conditions doubled": _conditions_doubled,
    "branches turned": _branches_turned,
    "more memory, longer logs": _more_of_it,
    "dependencies": _dependencies,
    "JSON": _json,
    "YAML, all quoted": _quoted,
    "YAML, bare and in flow": _bare,
    "YAML, short intrinsics": _short,
}
