# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be seen without a browser: catalogues that fit together, and no way for markup into the page."""

import json
import re
import unittest
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "page"
LANGUAGES = ("en", "fr", "de", "es")
CATALOGUES = {language: json.loads((PAGE / f"messages/{language}.json").read_text()) for language in LANGUAGES}
SCRIPTS = {path: path.read_text() for path in PAGE.glob("js/**/*.js")}
#: The plural forms that browsers ask for (Unicode CLDR).
FORMS = {"en": {"one", "other"}, "de": {"one", "other"}, "fr": {"one", "many", "other"}, "es": {"one", "many", "other"}}


def texts(entry) -> list[str]:
    return list(entry.values()) if isinstance(entry, dict) else [entry]


class CatalogueTests(unittest.TestCase):
    def test_all_languages_have_the_same_keys(self):
        for language in LANGUAGES:
            self.assertEqual(set(CATALOGUES[language]), set(CATALOGUES["en"]), language)

    def test_texts_have_the_same_values(self):
        for language in LANGUAGES:
            for key, entry in CATALOGUES[language].items():
                def values(entry):
                    return {value for text in texts(entry) for value in re.findall(r"\{(\w+)\}", text)}
                self.assertEqual(values(entry), values(CATALOGUES["en"][key]), f"{language} {key}")
                self.assertEqual(isinstance(entry, dict), isinstance(CATALOGUES["en"][key], dict), f"{language} {key}")
                self.assertTrue(all(text.strip() for text in texts(entry)), f"{language} {key}")

    def test_plurals_have_all_forms(self):
        for language in LANGUAGES:
            for key, entry in CATALOGUES[language].items():
                if isinstance(entry, dict):
                    self.assertEqual(set(entry), FORMS[language], f"{language} {key}")

    def test_every_key_that_is_used_is_there(self):
        for path, script in SCRIPTS.items():
            for key in re.findall(r'\bt\((?:[\w.!() ]+ \? )?"([^"]+)"', script):
                self.assertIn(key, CATALOGUES["en"], path.name)

    def test_no_key_is_left_over(self):
        script = "\n".join(SCRIPTS.values())
        spelled = set(re.findall(r'"([a-z-]+(?:\.[a-z_-]+)+)"', script))
        prefixes = set(re.findall(r"`([a-z]+(?:\.[a-z-]+)*\.)\$\{", script)) | {f"{prefix}." for prefix in re.findall(r'named\("(\w+)"', script)}
        for key in CATALOGUES["en"]:
            self.assertTrue(key in spelled or any(key.startswith(prefix) for prefix in prefixes), key)

    def test_nothing_is_markup(self):
        for language in LANGUAGES:
            for key, entry in CATALOGUES[language].items():
                for text in texts(entry):
                    self.assertNotRegex(text, r"[<>]|&\w+;", f"{language} {key}")


class SourceTests(unittest.TestCase):
    def test_no_script_writes_markup_or_makes_code_of_text(self):
        for path, script in SCRIPTS.items():
            self.assertNotRegex(
                script, r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|createContextualFragment|srcdoc|javascript:", path.name)

    def test_nothing_comes_from_elsewhere(self):
        for path in PAGE.rglob("*.*"):
            text = path.read_text()
            for address in re.findall(r"""["'(](?:https?:)?//[^"')\s]+""", text):
                self.assertIn(address[1:], ("http://www.w3.org/2000/svg",), path.name)

    def test_no_inline_script_or_style(self):
        index = (PAGE / "index.html").read_text()
        self.assertNotRegex(index, r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)")

    def test_the_token_stays_out_of_addresses(self):
        for path, script in SCRIPTS.items():
            self.assertNotRegex(script, r"[?&]token=|localStorage[^;]*token", path.name)


if __name__ == "__main__":
    unittest.main()
