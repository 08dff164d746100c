"""The templates may say a thing in other words; a thing that is nearly the same is named."""

from __future__ import annotations

from pathlib import Path

from microsite.infra import DELIVERY
from microsite.infra import STACK
from microsite.infra.check import check_template
from microsite.infra.load import read_template
from microsite.infra.resolve import Resolver
from microsite.infra.resolve import Template
from microsite.infra.spec import Facts
from microsite.package import ARCHITECTURE
from microsite.package import RUNTIME
from microsite.serve import SECURITY_HEADERS

INFRA = Path(__file__).resolve().parents[2] / "infra"
TEMPLATE = (INFRA / "template.yml").read_text("utf-8")
ROLES = (INFRA / "delivery-role.yml").read_text("utf-8")
EDGE = {path.name: path.read_text("utf-8") for path in sorted((INFRA / "edge").iterdir()) if path.is_file()}
API_HOST = '!Sub "${Api}.execute-api.${AWS::Region}.amazonaws.com"'
GATEWAY = "arn:aws:apigateway:us-east-1"
FACTS = Facts(SECURITY_HEADERS, RUNTIME, ARCHITECTURE, EDGE)


def edited(text: str, *edits: tuple[str, str]) -> str:
    """The text with each edit made once."""
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def test_other_words_for_the_same_thing_pass() -> None:
    """What a service does anyway, left out or written out; sums, limits and addresses in another form."""
    text = edited(
        TEMPLATE,
        ("      State: ENABLED\n", "      GroupName: default\n"),
        ("      DatapointsToAlarm: 3\n", "      InsufficientDataActions: []\n"),
        ("KMSMasterKeyId: !GetAtt VaultKey.Arn", "KMSMasterKeyId: !Ref VaultKey"),
        ("      MemorySize: 512\n", "      MemorySize: 512\n      EphemeralStorage: { Size: 512 }\n"),
        ("          - Id: api\n", "          - Id: api\n            OriginPath: ''\n"),
        ("FILL(n, 0) + FILL(s, 0)", "SUM([FILL(s, 0), FILL(n, 0)])"),
        ("IF(all >= 20, 100 * bad / all, 0)", "IF(every < 20, 0, broken / every * 100)"),
        ("- Id: bad\n", "- Id: broken\n"),
        ("- Id: all\n", "- Id: every\n"),
        ("GreaterThanThreshold\n      Threshold: 0\n", "GreaterThanOrEqualToThreshold\n      Threshold: 1\n"),
        ("!Equals [!Ref AWS::Region, us-east-1]", "!Contains [[us-east-1], !Ref AWS::Region]"),
        (
            "DomainName: !GetAtt SiteBucket.RegionalDomainName",
            'DomainName: !Sub "${SiteBucket}.s3.us-east-1.amazonaws.com"',
        ),
        (
            '!Sub "${Api}.execute-api.${AWS::Region}.amazonaws.com"',
            '!Select [1, !Split ["//", !GetAtt Api.ApiEndpoint]]',
        ),
        (
            "IntegrationUri: !Ref HttpAlias",
            f"IntegrationUri: !Sub {GATEWAY}:lambda:path/2015-03-31/functions/${{HttpAlias}}/invocations",
        ),
    )
    assert check_template(text, "template.yml", STACK, FACTS, {}) == []


def test_what_is_nearly_the_same_is_named() -> None:
    """Each edit alone would pass a check that reads values one by one."""
    text = edited(
        TEMPLATE,
        ("/aws/lambda/${AWS::StackName}-notify", "/aws/lambda/${AWS::StackName}-http"),
        ("HasFirewall: !Equals [!Ref Firewall, ", 'HasFirewall: !Equals ["yes", '),
        ("SendsFirstSecret: !Equals [!Ref OriginSecretSent, one]", "SendsFirstSecret: !Equals [one, one]"),
        ("        MinTTL: 86400\n", "        MinTTL: 0\n"),
        ('"oldest_unsent", ".", "sweep"', '"oldest_unsent", ".", "notify"'),
        ("FILL(h, 0) + FILL(n, 0)", "FILL(h, 0) + FILL(h, 0)"),
        ("    DependsOn: AlarmTopicPolicy\n", ""),
        ('S3SuffixPath: "{yyyy}', 'S3SuffixPath: "{c-ip}'),
    )
    told = "\n".join(f"{one.message}" for one in check_template(text, "template.yml", STACK, FACTS, {}))
    for words in (
        "LogGroupName is the name of HttpLog too",
        "Distribution.DistributionConfig.WebACLId",
        "OriginCustomHeaders",
        "PageCache.CachePolicyConfig.MinTTL is 0",
        "draws oldest_unsent of event=notify",
        "FunctionsThrottledAlarm.Metrics.total.Expression",
        "Budget must depend on AlarmTopicPolicy",
        "LogDelivery.S3SuffixPath",
    ):
        assert words in told, words


def test_mappings_hold_values_only() -> None:
    """CloudFormation refuses a function there; one that names itself would have no end."""
    text = "Mappings: {Zones: {all: {Cf: !FindInMap [Zones, all, Cf], Id: Z1}}}\nResources: {}\n"
    resolver = Resolver(Template(read_template(text, "t.yml")), {}, {})
    for key, value in (("Id", "Z1"), ("Cf", None)):
        place = read_template(f"a: !FindInMap [Zones, all, {key}]", "t.yml").root.entries["a"]
        found = resolver.resolve(place)
        assert (found.text if found is not None else None) == value
    assert [one.message for one in resolver.problems] == ["Mappings hold plain values only"]


def test_a_token_is_compared_letter_by_letter() -> None:
    text = edited(
        ROLES,
        ("StringEquals:\n                token", "StringLike:\n                token"),
        ("ClientIdList:", "ThumbprintList: [0000000000000000000000000000000000000000]\n      ClientIdList:"),
        ("token\\\\.actions\\\\.githubusercontent", ".*\\\\.githubusercontent"),
    )
    told = "\n".join(one.message for one in check_template(text, "delivery-role.yml", DELIVERY, FACTS, {}))
    for words in ("StringLike takes * and ?", "ThumbprintList.0 is 0000", "ProviderArn.AllowedPattern takes"):
        assert words in told, words
