"""Every page that there is, in every situation worth a look."""

from tests.pages.assigned_cases import assigned_cases
from tests.pages.console_cases import console_cases
from tests.pages.details_cases import details_cases
from tests.pages.look_cases import look_cases
from tests.pages.package_cases import package_cases
from tests.pages.portal_cases import portal_cases
from tests.pages.preference_cases import preference_cases
from tests.pages.rectification_cases import rectification_cases
from tests.pages.review_cases import review_cases
from tests.pages.scan_cases import scan_cases

CASES = [
    *portal_cases(),
    *preference_cases(),
    *console_cases(),
    *details_cases(),
    *package_cases(),
    *assigned_cases(),
    *scan_cases(),
    *review_cases(),
    *look_cases(),
    *rectification_cases(),
]
