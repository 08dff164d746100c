"""What runs at the edge, and the function behind it that answers with the 404 page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from microsite.infra.expect import Absent
from microsite.infra.expect import Among
from microsite.infra.expect import Default
from microsite.infra.expect import Free
from microsite.infra.expect import Optional
from microsite.infra.policy import allow
from microsite.infra.spec import Claims

from .common import DISTRIBUTION
from .common import NAMED
from .functions import Shape
from .functions import function
from .functions import role

if TYPE_CHECKING:
    from microsite.infra.view import View

__all__ = ["CLAIMS"]

CLAIMS = Claims()


@CLAIMS("edge-code", "At the edge runs what infra/edge/ holds and tests run, with the store that says what is live.")
def edge(view: View) -> None:
    view.must(
        "LiveRelease",
        {
            "Name": NAMED,
            "Comment": Optional(Free("words")),
            # It is written by the release alone; a template that filled it would set the site back.
            "ImportSource": Absent("the release writes it"),
        },
    )
    for name, file in (("Router", "router.js"), ("PreviewMark", "preview.js")):
        view.must(
            name,
            {
                "Name": NAMED,
                "AutoPublish": True,
                "FunctionConfig": {
                    "Comment": Optional(Free("words")),
                    "Runtime": "cloudfront-js-2.0",
                    "KeyValueStoreAssociations": [{"KeyValueStoreARN": "${LiveRelease.Arn}"}],
                },
                "FunctionMetadata": Optional(Free("the name again")),
            },
        )
        _same_code(view, name, "FunctionCode", file)


@CLAIMS(
    "missing-page",
    "What the bucket does not have is answered with the release's own 404 page, by a function that only "
    "the distribution calls.",
)
def missing(view: View) -> None:
    function(
        view,
        "Missing",
        handler="index.page",
        shape=Shape((256, 1024), (8, 30), (10, 100)),
        code={"ZipFile": Free("compared below")},
        settings={"SITE_BUCKET": "${SiteBucket}"},
    )
    _same_code(view, "MissingFunction", "Code/ZipFile", "missing.py")
    role(view, "Missing", [allow("s3:GetObject", "${SiteBucket.Arn}/releases/*/404.html")])
    view.must(
        "MissingUrl",
        {
            "TargetFunctionArn": "${MissingFunction.Arn}",
            # Without it the whole world may call; with it only who is allowed below.
            "AuthType": "AWS_IAM",
            "Cors": Absent("nobody's script calls it"),
            "Qualifier": Absent("it has one version"),
            "InvokeMode": Default("BUFFERED"),
        },
    )
    # Both are asked for since October 2025.
    # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-lambda.html
    caller = {
        "FunctionName": Among(["${MissingFunction.Arn}", "${MissingFunction}"]),
        "Principal": "cloudfront.amazonaws.com",
        "SourceArn": DISTRIBUTION,
    }
    view.must(
        "MissingUrlPermission",
        {**caller, "Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "AWS_IAM"},
    )
    view.must("MissingInvokePermission", {**caller, "Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True})


def _same_code(view: View, name: str, path: str, file: str) -> None:
    """Hold code in the template against its source."""
    node = view.get(name, path)
    if node is None:
        if name in view.resources:
            view.wrong(view.resources[name].raw, f"{name}.{path.replace('/', '.')} is missing")
        return
    node.see()
    source = view.facts.sources.get(file)
    if source is None:
        view.wrong(node, f"{name}.{path.replace('/', '.')} cannot be compared: infra/edge/{file} is not there")
    elif node.text.strip() != source.strip():
        pairs = zip(node.text.strip().splitlines(), source.strip().splitlines(), strict=False)
        line = next((number for number, (here, there) in enumerate(pairs, 1) if here != there), "last")
        view.wrong(node, f"{name}.{path.replace('/', '.')} differs from infra/edge/{file} (its line {line})")
