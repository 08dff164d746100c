"""Mail: signed, over TLS, and everything that SES says of it comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Final

from microsite.infra.expect import ABSENT
from microsite.infra.expect import Absent
from microsite.infra.expect import Among
from microsite.infra.expect import Between
from microsite.infra.expect import Default
from microsite.infra.expect import Free
from microsite.infra.policy import Policy
from microsite.infra.policy import allow
from microsite.infra.policy import deny
from microsite.infra.spec import Claims

from .common import LABEL
from .common import NAMED

if TYPE_CHECKING:
    from microsite.infra.policy import Rule
    from microsite.infra.view import View

__all__ = ["CLAIMS", "no_plain_topic"]

CLAIMS = Claims()
_SET: Final = "arn:aws:ses:us-east-1:${AWS::AccountId}:configuration-set/${ConfigurationSet}"
_FORTNIGHT: Final = 14 * 86400


def no_plain_topic(topic: str) -> Rule:
    """The rule that refuses publishing without TLS."""
    return deny("sns:Publish", f"${{{topic}}}", to="*", when={"Bool": {"aws:SecureTransport": "false"}})


@CLAIMS("mail", "Mail is signed for our domain, goes over TLS, and nobody is counted for opening or clicking.")
def mail(view: View) -> None:
    view.must(
        "MailIdentity",
        {
            "EmailIdentity": "${MailDomain}",
            "DkimAttributes": {"SigningEnabled": True},
            "DkimSigningAttributes": {"NextSigningKeyLength": "RSA_2048_BIT"},
            "MailFromAttributes": {
                "MailFromDomain": "bounce.${MailDomain}",
                "BehaviorOnMxFailure": "USE_DEFAULT_VALUE",
            },
            "ConfigurationSetAttributes": {"ConfigurationSetName": "${ConfigurationSet}"},
            # Bounces go to the events below; SES's own mails about them would name people.
            "FeedbackAttributes": Default({"EmailForwardingEnabled": Free("mail to our own address")}),
        },
    )
    view.must(
        "ConfigurationSet",
        {
            "Name": NAMED,
            "SendingOptions": {"SendingEnabled": True},
            "ReputationOptions": {"ReputationMetricsEnabled": True},
            "DeliveryOptions": {"TlsPolicy": "REQUIRE", "SendingPoolName": ABSENT},
            "SuppressionOptions": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
            "TrackingOptions": Absent("nobody is tracked"),
            "VdmOptions": Absent("nobody is tracked"),
            "ArchivingOptions": Absent("nobody keeps a copy of our mail"),
        },
    )


@CLAIMS(
    "mail-events",
    "Each send, delivery, bounce, complaint and refusal that SES reports comes to the feedback queue, and "
    "from nobody else.",
)
def events(view: View) -> None:
    view.must(
        "MailEvents",
        {
            "ConfigurationSetName": "${ConfigurationSet}",
            "EventDestination": {
                "Name": LABEL,
                "Enabled": True,
                # By the first two a mail whose send got no answer does not go twice.
                "MatchingEventTypes": [
                    Among([one, one.upper()]) for one in ("send", "delivery", "bounce", "complaint", "reject")
                ],
                "SnsDestination": {"TopicARN": "${FeedbackTopic}"},
            },
        },
    )
    # SES's events name addresses: under a key of ours.
    view.must(
        "FeedbackTopic",
        {
            "TopicName": NAMED,
            "KmsMasterKeyId": Among(["${OperationsKey.Arn}", "${OperationsKey}"]),
            "FifoTopic": Default("false"),
        },
    )
    view.must(
        "FeedbackTopicPolicy",
        {
            "Topics": ["${FeedbackTopic}"],
            "PolicyDocument": Policy(
                [
                    allow(
                        "sns:Publish",
                        "${FeedbackTopic}",
                        to="Service:ses.amazonaws.com",
                        when={
                            "StringEquals": {
                                "aws:SourceAccount": "${AWS::AccountId}",
                                "aws:SourceArn": _SET,
                            }
                        },
                    ),
                    no_plain_topic("FeedbackTopic"),
                ]
            ),
        },
    )
    view.must(
        "FeedbackSubscription",
        {
            "TopicArn": "${FeedbackTopic}",
            "Protocol": "sqs",
            "Endpoint": "${FeedbackQueue.Arn}",
            "RawMessageDelivery": True,
            "FilterPolicy": Absent("every event counts"),
        },
    )


@CLAIMS(
    "queues",
    "What waits in a queue waits encrypted and two weeks, long enough for a holiday, and comes again only "
    "after its function gave up.",
)
def queues(view: View) -> None:
    kept = {
        "QueueName": NAMED,
        "SqsManagedSseEnabled": "true",
        "KmsMasterKeyId": ABSENT,
        "MessageRetentionPeriod": Between(_FORTNIGHT, _FORTNIGHT, "seconds"),
        "DelaySeconds": Default(0),
        "FifoQueue": ABSENT,
    }
    seconds = view.number("FeedbackFunction", "Timeout", 3)
    view.must(
        "FeedbackQueue",
        {
            **kept,
            # Six times the function's own: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
            "VisibilityTimeout": Between(6 * seconds, 3600, "seconds (six times the function's timeout at least)"),
            "RedrivePolicy": {"deadLetterTargetArn": "${FeedbackDeadLetters.Arn}", "maxReceiveCount": Between(3, 10)},
            "ReceiveMessageWaitTimeSeconds": Default(Between(0, 20)),
        },
    )
    for role in ("FeedbackDeadLetters", "NotifyFailures"):
        view.must(role, {**kept, "RedrivePolicy": ABSENT, "VisibilityTimeout": Default(Between(0, 3600, "seconds"))})
    topic = allow(
        "sqs:SendMessage",
        "${FeedbackQueue.Arn}",
        to="Service:sns.amazonaws.com",
        when={"ArnEquals": {"aws:SourceArn": "${FeedbackTopic}"}},
    )
    for role in ("FeedbackQueue", "FeedbackDeadLetters", "NotifyFailures"):
        plain = deny("sqs:*", f"${{{role}.Arn}}", to="*", when={"Bool": {"aws:SecureTransport": "false"}})
        rules = [topic, plain] if role == "FeedbackQueue" else [plain]
        view.must(f"{role}Policy", {"Queues": [f"${{{role}}}"], "PolicyDocument": Policy(rules)})
