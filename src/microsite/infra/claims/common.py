"""Wants that several claims share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import Final

from microsite.infra.expect import Absent
from microsite.infra.expect import Among
from microsite.infra.expect import Between
from microsite.infra.expect import Default
from microsite.infra.expect import Free
from microsite.infra.expect import Matches
from microsite.infra.expect import Optional
from microsite.infra.iam import statements
from microsite.infra.policy import Policy
from microsite.infra.policy import allow
from microsite.infra.policy import deny
from microsite.infra.policy import document_form

if TYPE_CHECKING:
    from microsite.infra.expect import Want
    from microsite.infra.iam import Statement
    from microsite.infra.policy import Rule
    from microsite.infra.view import View

__all__ = [
    "DISTRIBUTION",
    "LABEL",
    "LOG_DAYS",
    "NAMED",
    "ORIGIN_VALUE",
    "OURS",
    "PRIVATE",
    "no_plain",
    "own_statements",
    "trusting",
]

#: A name of our own: the delivery role may touch nothing whose name does not begin with the stack's.
NAMED: Final = Matches(r"(/|alias/|/aws/[a-z/]+/)?<stack>[-/][A-Za-z0-9/_.-]+", "a name that begins with the stack's")
#: A name that only shows in a list.
LABEL: Final = Matches(r"[\w.-]+", "a word")
#: Long enough to look into what happened last week, short enough for a health site.
LOG_DAYS: Final = Between(7, 400, "days")
#: Where the secret between CloudFront and the API lies, for A and B; never the secret itself.
ORIGIN_VALUE: Final = "{{resolve:secretsmanager:${OriginSecret%s}:SecretString:secret}}"
DISTRIBUTION: Final = "arn:aws:cloudfront::${AWS::AccountId}:distribution/${Distribution}"
#: For policies whose resource is what they hang on.
OURS: Final = {"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"}}
#: A bucket that no policy and no list can open.
PRIVATE: Final[dict[str, Want]] = {
    "PublicAccessBlockConfiguration": {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    },
    # Lists of rights on single objects do not exist.
    "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
    "BucketEncryption": {
        "ServerSideEncryptionConfiguration": [
            {
                "ServerSideEncryptionByDefault": {"SSEAlgorithm": Among(["AES256", "aws:kms"])},
                "BucketKeyEnabled": Optional(Free("costs only")),
            }
        ]
    },
    "AccessControl": Absent("there are no access lists"),
    "WebsiteConfiguration": Absent("a website endpoint is public and has no TLS"),
    "CorsConfiguration": Absent("no other site reads us"),
    "BucketName": Default(NAMED),
}


def no_plain(bucket: str) -> Rule:
    """The rule that refuses requests without TLS."""
    return deny(
        "s3:*", [f"${{{bucket}.Arn}}", f"${{{bucket}.Arn}}/*"], to="*", when={"Bool": {"aws:SecureTransport": "false"}}
    )


def trusting(service: str, **when: dict[str, str]) -> Policy:
    """A role that one service takes on, and nobody else."""
    return Policy([allow("sts:AssumeRole", to=f"Service:{service}", when=when)])


def own_statements(view: View, role: str) -> list[Statement]:
    """The statements of a role's own policies; their frame and names are held against the form."""
    found: list[Statement] = []
    resource = view.resources.get(role)
    node = resource.properties.at("Policies") if resource is not None else None
    if resource is None or node is None:
        return found
    for one in node.parts:
        name, document = one.entries.get("PolicyName"), one.entries.get("PolicyDocument")
        if name is None:
            view.wrong(one, f"{resource.logical}.Policies: a policy has no PolicyName")
        elif re.fullmatch(r"[\w+=,.@-]+", name.text):
            name.seen = True
        if document is not None:
            view.take(document_form(document, f"{resource.logical}.Policies"))
            found += statements(document)
    return found
