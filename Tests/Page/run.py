# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the tests, and writes their numbers where PAGE_RESULT says."""

import os
import sys
import unittest

if __name__ == "__main__":
    names = sys.argv[1:] or ["test_sources", "test_page"]
    suite = unittest.defaultTestLoader.loadTestsFromNames(names)
    result = unittest.TextTestRunner(verbosity=2, stream=sys.stdout).run(suite)
    # A test that fails in several places is one that failed.
    failed = len({getattr(test, "test_case", test).id() for test, _ in result.failures + result.errors})
    if "PAGE_RESULT" in os.environ:
        with open(os.environ["PAGE_RESULT"], "w", encoding="ascii") as file:
            file.write(f"{result.testsRun} {failed}\n")
    sys.exit(1 if failed or not result.testsRun else 0)
