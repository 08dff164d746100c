"""A surge: 1,000 submissions a second for ten minutes, as after a television mention, in simulated time.

The service is the real one (`submit`, `follow.confirm`, `notify.deliver`, `notify.sweep`); simulated are the clock, the
visitors, and the services of AWS with their published limits. One submission here stands for `SCALE` of them, and every
limit is divided by it: each visitor, each notifier and each send then waits as long as it would at full size.

What is modelled, and from where:

* Lambda: 1,000 at once, 1,000 more each ten seconds (docs: "Lambda quotas", "Understanding scaling"). An invocation
  that runs longer than its timeout is killed at the next call it makes, and so is one in a thousand after a send.
* DynamoDB on demand: 4,000 writes a second for a new table ("On-demand capacity mode"), 1 KB a write unit, a call that
  is throttled is asked again as `cloud.Client` does, until its 8 s are over; indexes as large as the table.
* SES: messages a second and messages in any 24 hours, per account ("Service quotas in Amazon SES").
* SES's events: each send is reported after 5 s.
* The stream: records in order, batches of ten, kept 24 hours; the sweeper each minute.

What it is not: invocations do not interleave within a call of the service (`tests/forms/test_storm.py` is for that).
"""

from .report import surge
from .run import Surge
from .services import Limits

__all__ = ["Limits", "Surge", "surge"]
