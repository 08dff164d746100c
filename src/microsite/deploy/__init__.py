"""Release: a finished folder and a target in; a plan, a whole release behind a hidden prefix, and one switch out.

`files` and `manifest` say what a release is, `plan` what it would do, `apply` does it, `verify` looks at it, `prune`
clears away. Ports: `ports.Bucket` (memory, folder, S3) and `pointer.Pointer` (memory, CloudFront's KeyValueStore).
"""

from .apply import apply
from .files import Site
from .files import read_site
from .job import Applied
from .job import Job
from .job import Limits
from .job import Steps
from .job import World
from .manifest import Manifest
from .plan import Plan
from .plan import make_plan
from .prune import prune
from .rollback import roll_back
from .verify import Door
from .verify import verify

__all__ = [
    "Applied",
    "Door",
    "Job",
    "Limits",
    "Manifest",
    "Plan",
    "Site",
    "Steps",
    "World",
    "apply",
    "make_plan",
    "prune",
    "read_site",
    "roll_back",
    "verify",
]
