# SPDX-License-Identifier: GPL-3.0-or-later
"""The page in Chromium, with a running provd and phones that boot from it."""

import os
import time
import unittest
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from appliance import PATIENCE_SECONDS, Appliance, Phone, PluginRepository, built_provd, wait_for

SCREENSHOTS = Path(os.environ.get("PAGE_SCREENSHOTS", "/tmp"))
DESKTOP, MOBILE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
VIEWS = ["phones", "people", "people/import", "people/cards", "plugins", "plugins/available", "plugins/repositories", "plugins/yealink-v86",
         "dhcp", "dhcp/site", "dhcp/generate", "dhcp/families", "dhcp/explain", "health", "health/doctor", "health/events", "health/audit", "health/locks", "health/backups"]
PARTS = ["timeline", "lines", "keys", "config", "files", "evidence"]
#: The views that have, with those of one phone, all colours.
COLOURFUL = ["phones", "people", "plugins/available", "dhcp/site", "health", "health/doctor", "health/events", "health/backups"]
#: The views with most words of their own.
MANY_WORDS = ["phones", "people", "plugins", "dhcp/families", "health", "health/doctor"]
HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\u202egnihtemos\u202c \u2067تجربة", "👩‍💻🏳️‍🌈 \ufeff\u200b\u0301\u0301\u0301", "\"'`}{{7*7}}${7*7}",
    "A" * 10_000,
]

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


class PageTestCase(unittest.TestCase):
    """One provd and one browser for all tests of a class; a page of its own for each test."""

    @classmethod
    def setUpClass(cls):
        cls.appliance = Appliance(built_provd())
        cls.addClassCleanup(cls.appliance.stop)
        cls.playwright = sync_playwright().start()
        cls.addClassCleanup(cls.playwright.stop)
        cls.browser = cls.playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox", "--disable-dev-shm-usage"])
        cls.addClassCleanup(cls.browser.close)

    def open(self, path: str = "phones", signed_in: bool = True, **options):
        """A page of a new visitor. What goes wrong in it is found when the test ends."""
        context = self.browser.new_context(**{"viewport": DESKTOP, "locale": "en-GB", **options})
        self.addCleanup(context.close)
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        page = context.new_page()
        self.faults = faults = []
        page.on("pageerror", lambda error: faults.append(f"error: {error}"))
        # The browser writes each refusal of the server into its console too.
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" and "the server responded with a status of 4" not in message.text else None)
        page.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: faults.append(f"asked {request.url}") if not request.url.startswith((self.appliance.url, "blob:", "data:")) else None)
        self.addCleanup(lambda: self.assertEqual(faults, []))
        # The browser itself says when it kept something from happening.
        page.add_init_script("window.violations = []; addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective + ' ' + event.blockedURI))")
        if signed_in:
            page.goto(f"{self.appliance.url}/page/icon.svg")
            page.evaluate("token => sessionStorage.setItem('provd.token', token)", self.appliance.token)
        page.goto(f"{self.appliance.url}/page/#/{path}")
        if signed_in:
            self.settle(page)
        return page

    def go(self, page, path: str):
        page.evaluate("path => { location.hash = '#/' + path; }", path)
        self.settle(page)

    def settle(self, page):
        """Waits until a view shows what it has."""
        # Playwright's own way to wait for a condition makes code of text, which the page's policy forbids.
        wait_for(lambda: page.evaluate("document.querySelector('#main')?.dataset.place === location.hash"), "the view is shown")
        expect(page.locator("#main h1, #main .empty").first).to_be_visible()
        expect(page.locator("#main .loading")).to_have_count(0)

    def shoot(self, page, name: str):
        page.screenshot(path=SCREENSHOTS / f"{name}.png")


class SignInTests(PageTestCase):
    def test_a_wrong_token_is_told_and_the_right_one_opens_the_page(self):
        page = self.open(signed_in=False)
        page.get_by_label("Token", exact=True).fill("no-such-token")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("provd does not know this token.")).to_be_visible()
        self.shoot(page, "sign-in")
        page.get_by_label("Token", exact=True).fill(self.appliance.token)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Phones", exact=True)).to_be_visible()
        self.assertNotIn(self.appliance.token, page.url)
        self.assertIsNone(page.evaluate("localStorage.getItem('provd.token')"))
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_label("Token", exact=True)).to_be_visible()
        self.assertIsNone(page.evaluate("sessionStorage.getItem('provd.token')"))


class BootTests(PageTestCase):
    """From an empty installation to a working phone, and what is done with many."""

    def setUp(self):
        for kind, path in (("phones", "devices"), ("lines", "lines")):
            for document in self.appliance.api("GET", f"/1.0/{kind}")[kind]:
                self.appliance.api("DELETE", f"/1.0/{path}/{document['id']}")

    def test_a_phone_appears_and_becomes_somebodys_without_a_reload(self):
        page = self.open()
        expect(page.get_by_text("No phone has been seen yet.")).to_be_visible()
        self.shoot(page, "first-steps")
        page.evaluate("window.loadedOnce = true")
        expect(page.locator(".connection")).to_have_text("Live")

        page.get_by_role("link", name="People", exact=True).click()
        page.get_by_role("button", name="Add a line").first.click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Name", exact=True).fill("Alice Martin")
        dialog.get_by_label("Number", exact=True).fill("12 34")
        dialog.get_by_role("button", name="Add a line").click()
        expect(dialog.locator(".field-error:visible")).to_have_count(1)
        dialog.get_by_label("Number", exact=True).fill("101")
        dialog.get_by_role("button", name="Add a line").click()
        row = page.get_by_role("row").filter(has_text="Alice Martin")
        code = row.locator(".code-digits").text_content()
        self.assertRegex(code, r"^\d{6}$")

        page.get_by_role("link", name="Phones", exact=False).first.click()
        phone = Phone(self.appliance, "00:15:65:0a:bb:01", "127.0.0.11")
        self.addCleanup(phone.power_off)
        phone.lease()
        row = page.get_by_role("row").filter(has_text="00:15:65:0a:bb:01")
        expect(row).to_be_visible()
        autoprov = phone.register()
        expect(row).to_contain_text("Yealink T46S")
        expect(row).to_contain_text("Waits for a code")
        self.shoot(page, "phone-waits")

        row.get_by_role("link").click()
        expect(page.get_by_role("heading", name="It waits for a provisioning code")).to_be_visible()
        self.assertTrue(phone.dial(code)["outcome"].startswith("answered"))
        expect(page.get_by_role("heading", name="Alice Martin", exact=True)).to_be_visible()
        expect(page.locator(".timeline")).to_contain_text("dialled a provisioning code")
        self.assertNotEqual(phone.register(), autoprov)
        expect(page.get_by_role("heading", name="It works")).to_be_visible()
        expect(page.locator(".stations .done")).to_have_count(6)
        self.shoot(page, "phone-works")
        self.assertTrue(page.evaluate("window.loadedOnce"), "the page was loaded again")

        # A key is set, and stands in the file that the phone gets.
        page.get_by_role("link", name="Keys").click()
        page.get_by_role("button", name="Key 3, free").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Number", exact=True).fill("102")
        dialog.get_by_label("Label").fill("Bob")
        dialog.get_by_role("button", name="Save").click()
        expect(page.get_by_role("button", name="Key 3: Watches a number (BLF), Bob")).to_be_visible()
        self.shoot(page, "phone-keys")
        self.assertIn(b"102", phone.fetch())

        # Secrets are masked in what is shown, and not in what the phone is sent.
        password = self.appliance.api("GET", "/1.0/lines")["lines"][0]["username"]
        self.assertTrue(password)
        page.get_by_role("link", name="Files", exact=True).click()
        listing = page.locator(".file-content pre")
        expect(listing).to_contain_text("account.1.password = ********")

        # Reset: it is nobody's again.
        page.get_by_role("button", name="Reset").click()
        page.get_by_role("dialog").get_by_role("button", name="Reset").click()
        expect(page.get_by_role("heading", name="Yealink T46S", exact=True)).to_be_visible()
        page.get_by_role("button", name="Delete").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(page.get_by_text("No phone has been seen yet.")).to_be_visible()

    def test_bulk_actions_show_progress_and_why_some_failed(self):
        for number in range(3):
            self.appliance.add_device(mac=f"00:15:65:0b:00:0{number}", vendor="Yealink", model="T46S", plugin="yealink-v86")
        page = self.open()
        page.get_by_label("Choose all that are shown").check()
        expect(page.get_by_role("region", name="With the chosen phones")).to_contain_text("3 phones chosen")
        page.get_by_role("button", name="Change plugin").click()
        page.get_by_role("dialog").get_by_label("Plugin", exact=True).select_option("yealink-v84")
        page.get_by_role("dialog").get_by_role("button", name="Change plugin").click()
        expect(page.locator(".job.good")).to_contain_text("All 3 done")
        self.assertEqual({phone["plugin"] for phone in self.appliance.api("GET", "/1.0/phones")["phones"]}, {"yealink-v84"})
        page.get_by_label("Choose all that are shown").check()
        page.get_by_role("button", name="Synchronise").click()
        # Nobody is there who could be told.
        expect(page.locator(".job.bad")).to_contain_text("3 of 3 failed")
        self.shoot(page, "bulk")


    def test_a_second_dhcp_server_is_a_warning_with_its_remedy(self):
        page = self.open("dhcp")
        expect(page.get_by_text("No trouble seen on the network")).to_be_visible()
        phone = Phone(self.appliance, "00:15:65:0a:ff:01", "127.0.0.41")
        phone.lease()
        self.appliance.observe({
            "problem": "unexpected_server", "time": time.time(), "mac": phone.mac, "server": "127.0.0.99",
            "text": "a DHCP server answers that is not expected: <b>127.0.0.99</b>", "remedy": "find it and switch it off"})
        warning = page.locator(".panel.warning")
        expect(warning).to_contain_text("A second DHCP server answers")
        expect(warning).to_contain_text("<b>127.0.0.99</b>")
        expect(warning).to_contain_text("find it and switch it off")
        self.shoot(page, "dhcp-warning")

    def test_the_doctor_says_what_is_wrong_and_what_to_do(self):
        page = self.open("health/doctor")
        # Phones cannot reach the loopback, as which this appliance is advertised.
        finding = page.locator("[data-check=address]")
        expect(finding).to_contain_text("Address that phones are told")
        expect(finding).to_contain_text("What to do: set advertised_address")
        expect(page.locator("[data-check=storage]")).to_contain_text("good")
        page.get_by_role("button", name="Look again").click()
        expect(page.get_by_role("button", name="Look again")).to_be_enabled()
        self.shoot(page, "health-doctor")

    def test_a_plugin_is_upgraded_from_a_repository(self):
        repository = PluginRepository(self.appliance.directory, str(Path(self.appliance.command[0]).with_name("provctl")))
        self.addCleanup(repository.stop)
        page = self.open("plugins/repositories")
        page.get_by_role("button", name="Add a repository").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Name").fill("example")
        dialog.get_by_label("Address").fill(repository.url)
        dialog.get_by_label("Its keys").fill(repository.key)
        dialog.get_by_role("button", name="Add a repository").click()
        # Adding it looks for what it has.
        expect(page.locator(".job.good")).to_contain_text("Look for updates")
        expect(page.locator("#main .panel")).to_contain_text("one package")
        self.go(page, "plugins/available")
        page.get_by_role("button", name=f"Install {repository.version}").click()
        expect(page.locator("#main .panel")).to_contain_text("installed")
        self.shoot(page, "plugin-upgraded")
        self.go(page, f"plugins/{repository.plugin}")
        expect(page.locator(".facts")).to_contain_text(repository.version)
        expect(page.locator(".facts")).to_contain_text("installed from a repository")

    def test_a_connection_that_was_lost_comes_back(self):
        page = self.open()
        connection = page.locator(".connection")
        expect(connection).to_have_text("Live")
        self.appliance.quit()
        expect(connection).to_contain_text("Connection lost")
        self.appliance.start()
        expect(connection).to_have_text("Live")
        Phone(self.appliance, "00:15:65:0a:ee:01", "127.0.0.31").lease()
        expect(page.get_by_role("row").filter(has_text="00:15:65:0a:ee:01")).to_be_visible()
        # The browser writes into its console that nobody answered.
        self.faults[:] = [fault for fault in self.faults if "net::ERR" not in fault]


class ModuleTests(PageTestCase):
    """Parts of the page that decide, asked without a view."""

    def setUp(self):
        self.page = self.open()

    def test_events_are_read_however_they_are_cut(self):
        text = "retry: 2000\n\nid: 7\nevent: dhcp\ndata: {\"a\": 1}\n\n: still here\r\n\r\ndata: two\ndata: lines\nid:8\n\ndata: unfinished\n"
        for cut in range(1, len(text)):
            events = self.page.evaluate("""async ([module, parts]) => {
                const events = [];
                const parser = new (await import(module)).EventParser((event) => events.push(event));
                for (const part of parts) parser.push(part);
                return events;
            }""", [f"{self.appliance.url}/page/js/core/events.js", [text[:cut], text[cut:]]])
            self.assertEqual(events, [{"id": "7", "type": "dhcp", "data": '{"a": 1}'}, {"id": "8", "type": "message", "data": "two\nlines"}], cut)

    def test_keys_lie_around_the_display(self):
        def pages(count, highest=0, phone=None):
            return self.page.evaluate("async ([module, count, highest, phone]) => (await import(module)).keyPages(count, highest, phone)",
                                      [f"{self.appliance.url}/page/js/core/key-layout.js", count, highest, phone or {}])
        for vendor in (None, "Yealink", "Snom", "Polycom"):
            for count in range(1, 60):
                keys = [key for page in pages(count, 0, {"vendor": vendor}) for key in page["left"] + page["right"]]
                self.assertEqual(keys, list(range(1, count + 1)))
        self.assertEqual([(page["left"], page["right"]) for page in pages(10)], [([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])])
        self.assertEqual([page["kind"] for page in pages(27, 30)], ["phone", "phone", "phone", "module"])
        # Yealink's last key turns the pages; the D785 has its keys at the right.
        self.assertEqual(pages(27, 0, {"vendor": "Yealink", "model": "T46S"})[1], {"kind": "phone", "number": 2, "left": [10, 11, 12, 13, 14], "right": [15, 16, 17, 18], "hasPager": True})
        self.assertEqual([(page["left"], len(page["right"])) for page in pages(24, 0, {"vendor": "Snom", "model": "D785"})], [([], 6)] * 4)

    def test_phones_are_searched_filtered_and_ordered(self):
        selected = self.page.evaluate("""async (base) => {
            const { selected } = await import(base + 'selection.js');
            const phone = (rank, stage, name, ip, last_time) => ({ id: String(rank), rank, stage, next: stage === 'owned' ? 'nothing' : 'request', ip, last_time, vendor: 'V', model: name, plugin: null, lines: [], words: name.toLowerCase() });
            const phones = [phone(1, 'owned', 'Élan 10', '10.0.0.9', 5), phone(2, 'configured', 'elan 9', '10.0.0.10', 999), phone(3, 'configured', 'Zeta', '10.0.0.1', 10)];
            const ids = (wish) => selected([...phones], wish, 1000).shown.map((one) => one.id).join('');
            return [ids({}), ids({ kind: 'attention' }), ids({ kind: 'arrived' }), ids({ kind: 'under-way' }), ids({ search: 'ELAN 9' }), ids({ order: 'name' }), ids({ order: 'address' }), ids({ plugin: '-' }), ids({ vendor: 'W' })];
        }""", f"{self.appliance.url}/page/js/core/")
        self.assertEqual(selected, ["321", "3", "1", "2", "2", "213", "312", "321", ""])


class EverybodyTests(PageTestCase):
    """Who cannot see colours, uses a keyboard or a screen reader, a telephone, or another language."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        appliance = cls.appliance
        for index, name in enumerate(["Alice Martin", "Bob Dupont", "Carmen Ortiz", "Dieter Krüger", "Élodie Lefèvre", "Jun Watanabe"]):
            appliance.add_line(str(101 + index), name)
        line = appliance.api("GET", "/1.0/lines")["lines"][0]["id"]
        cls.device = appliance.add_device(mac="00:15:65:0a:cc:01", vendor="Yealink", model="T46S", version="66.86.0.15", plugin="yealink-v86", config="autoprov", description="Reception")
        appliance.api("POST", f"/1.0/lines/{line}/assign", {"device": cls.device})
        appliance.api("PATCH", f"/1.0/configs/{cls.device}", {"raw_config": {"funckeys": {"1": {"type": "blf", "value": "102", "label": "Bob"}, "8": {"type": "speeddial", "value": "0800123"}}}})
        for index in range(4):
            Phone(appliance, f"00:15:65:0a:dd:0{index}", f"127.0.0.{20 + index}").lease()
        booted = Phone(appliance, "00:15:65:0a:dd:04", "127.0.0.24")
        booted.lease()
        booted.fetch()
        appliance.api("PUT", "/1.0/dhcp/site", {"text": """\
site: Test
provd: {address: 127.0.0.1, http_url: "http://127.0.0.1:8667"}
defaults: {lease: 12h, serve: phones}
subnets:
  - {name: phones, network: 127.0.0.0/24, router: 127.0.0.1, ranges: [127.0.0.100-127.0.0.199]}
"""})
        appliance.api("POST", "/1.0/backups", {})

    def views(self):
        return VIEWS + [f"phones/{self.device}/{part}" for part in PARTS]

    def name_of(self, view: str) -> str:
        return view.replace(self.device, "one").replace("/", "-")

    def check(self, page, view: str, **options):
        # Half a megabyte, which stays while one goes from view to view.
        if not page.evaluate("'axe' in window"):
            page.evaluate(Axe().axe_script)
        violations = page.evaluate("async (options) => (await axe.run(options)).violations", {"resultTypes": ["violations"], **options})
        told = [f"{view}: {violation['id']}: {node['target']} {node['failureSummary']}" for violation in violations for node in violation["nodes"][:3]]
        self.assertEqual(told, [])

    def test_axe_finds_nothing_in_light(self):
        page = self.open(color_scheme="light", reduced_motion="reduce")
        for view in self.views():
            with self.subTest(view):
                self.go(page, view)
                self.check(page, view)
                self.shoot(page, f"light-{self.name_of(view)}")

    def test_axe_finds_nothing_in_dark(self):
        page = self.open(color_scheme="dark", reduced_motion="reduce")
        for view in self.views():
            with self.subTest(view):
                self.go(page, view)
                self.shoot(page, f"dark-{self.name_of(view)}")
                # All but the colours is as it is in light, and these views have them all.
                if view in COLOURFUL or view.startswith("phones/"):
                    self.check(page, view, runOnly=["color-contrast"])

    def test_axe_finds_nothing_in_dialogs_and_at_sign_in(self):
        for scheme in ("light", "dark"):
            page = self.open(signed_in=False, color_scheme=scheme)
            expect(page.get_by_role("heading", name="Sign in to provd")).to_be_visible()
            self.check(page, "sign-in")
            page = self.open("people", color_scheme=scheme, reduced_motion="reduce")
            page.get_by_role("button", name="Add a line").click()
            self.check(page, "dialog")
            self.shoot(page, f"{scheme}-dialog")

    def test_small_screens_need_no_scrolling_sideways(self):
        page = self.open(viewport=MOBILE, reduced_motion="reduce")
        for view in self.views():
            with self.subTest(view):
                self.go(page, view)
                self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"), 0)
                self.shoot(page, f"small-{self.name_of(view)}")

    def test_four_languages(self):
        for language, heading in {"fr-FR": "Téléphones", "de-DE": "Telefone", "es-ES": "Teléfonos", "ja-JP": "Phones"}.items():
            with self.subTest(language):
                page = self.open(locale=language)
                expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
                self.assertEqual(page.evaluate("document.documentElement.lang"), language[:2] if language != "ja-JP" else "en")
                for view in MANY_WORDS + [f"phones/{self.device}/keys", f"phones/{self.device}/files"]:
                    self.go(page, view)
                    # A key that has no text would be shown as it is.
                    self.assertNotRegex(page.locator("#main").inner_text(), r"\b(phones?|people|plugins|keys|dhcp|health|doctor|event|next|stage|action)\.[a-z-]+\.[a-z-]+\b", view)
                self.go(page, f"phones/{self.device}/timeline")
                if language != "ja-JP":
                    self.assertNotIn("became the phone of", page.locator(".timeline").inner_text())
                self.shoot(page, f"language-{language[:2]}")
        page.locator("#language").select_option("de")
        expect(page.get_by_role("link", name="Telefone").first).to_be_visible()

    def test_the_keyboard_is_enough(self):
        page = self.open()
        page.keyboard.press("Tab")
        for _ in range(40):
            if page.evaluate("document.activeElement.classList.contains('row-link')"):
                break
            page.keyboard.press("Tab")
        first = page.evaluate("document.activeElement.closest('.vt-row').getAttribute('aria-rowindex')")
        page.keyboard.press("ArrowDown")
        self.assertEqual(page.evaluate("document.activeElement.closest('.vt-row').getAttribute('aria-rowindex')"), str(int(first) + 1))
        page.keyboard.press("End")
        page.keyboard.press("Enter")
        expect(page.locator(".stations")).to_be_visible()
        page.get_by_role("button", name="Edit").press("Enter")
        expect(page.get_by_role("dialog").get_by_label("Note")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)

    def test_what_happens_takes_neither_the_focus_nor_what_is_unfolded(self):
        for index, view in enumerate(("timeline", "events")):
            phone = Phone(self.appliance, f"00:15:65:0a:dd:1{index}", f"127.0.0.{30 + index}")
            phone.lease()
            id = next(one["id"] for one in self.appliance.api("GET", "/1.0/phones")["phones"] if one["mac"] == phone.mac)
            page = self.open(f"phones/{id}/timeline" if view == "timeline" else "health/events")
            expect(page.locator(".connection")).to_have_text("Live")
            details = page.locator("article").first.locator("details")
            details.locator("summary").press("Enter")
            details.evaluate("details => { window.unfolded = details; }")
            count = page.locator("article").count()
            phone.fetch()
            expect(page.locator("article").nth(count)).to_be_attached()
            self.assertEqual(page.evaluate("[unfolded.isConnected, unfolded.open, document.activeElement === unfolded.querySelector('summary')]"), [True, True, True], view)
            if view == "timeline":
                # What a phone does again makes no event of its own.
                phone.fetch()
                expect(page.locator("article .repeats").first).to_have_text(" ×2")

    def test_the_focus_goes_on_when_what_had_it_is_deleted(self):
        for number in ("801", "802", "803"):
            self.appliance.add_line(number, f"Nobody {number}")
        page = self.open("people")
        page.get_by_label("Delete the line of Nobody 802").press("Enter")
        page.get_by_role("dialog").get_by_role("button", name="Delete").press("Enter")
        expect(page.get_by_role("link", name="Nobody 803")).to_be_focused()
        for number in ("801", "803"):
            page.get_by_label(f"Delete the line of Nobody {number}").press("Enter")
            page.get_by_role("dialog").get_by_role("button", name="Delete").press("Enter")
            expect(page.get_by_role("row").filter(has_text=f"Nobody {number}")).to_have_count(0)
        self.assertNotEqual(page.evaluate("document.activeElement.tagName"), "BODY")

    def test_a_line_is_put_on_a_phone_and_taken_off(self):
        device = self.appliance.add_device(mac="00:15:65:0a:cc:02", vendor="Yealink", model="T46S", version="66.86.0.15", plugin="yealink-v86")
        for number, name in (("811", "Olga Smirnova"), ("812", "Pavel Novak")):
            self.appliance.add_line(number, name)
        page = self.open(f"phones/{device}/lines")
        for button, name in (("Put a line on it", "Olga Smirnova"), ("Put another line on it", "Pavel Novak")):
            page.get_by_role("button", name=button).click()
            page.get_by_role("dialog").get_by_label(name).check()
            page.get_by_role("dialog").get_by_role("button", name="Put it on").click()
            expect(page.locator(".cards").get_by_role("heading", name=name)).to_be_visible()
        self.shoot(page, "phone-lines")
        page.locator(".cards li").filter(has_text="Pavel Novak").get_by_role("button", name="Take it off").click()
        page.get_by_role("dialog").get_by_role("button", name="Take it off").click()
        expect(page.locator(".cards li")).to_have_count(1)
        self.go(page, "people")
        expect(page.get_by_role("row").filter(has_text="Pavel Novak")).to_contain_text("no phone yet")
        expect(page.get_by_role("row").filter(has_text="Olga Smirnova")).to_contain_text("Yealink T46S")
        self.appliance.api("DELETE", f"/1.0/devices/{device}")

    def test_addresses_say_which_phones_are_wanted(self):
        page = self.open("plugins/yealink-v86")
        page.locator(".facts a").click()
        expect(page.get_by_role("row").filter(has_text="00:15:65:0a:cc:01")).to_be_visible()
        expect(page.get_by_role("row").filter(has_text="00:15:65:0a:dd:00")).to_have_count(0)
        self.go(page, "phones?kind=arrived")
        expect(page.get_by_text("Nothing found")).to_be_visible()
        page.get_by_role("button", name="Show all phones").click()
        expect(page.get_by_role("row").filter(has_text="00:15:65:0a:dd:00")).to_be_visible()

    def test_an_import_is_checked_before_it_is_done(self):
        page = self.open("people/import")
        page.get_by_label("The table as text").fill("number,display_name\n201,Zoe\n201,Twice\n")
        expect(page.get_by_role("table")).to_contain_text("201")
        self.assertNotIn("Zoe", str(self.appliance.api("GET", "/1.0/lines")))
        self.shoot(page, "import-problems")
        page.get_by_label("The table as text").fill("number,display_name\n201,Zoe\n202,Yves\n")
        page.get_by_role("button", name="Add 2 lines").click()
        expect(page.get_by_role("row").filter(has_text="Yves")).to_be_visible()

    def test_a_configuration_comes_with_the_commands_that_prove_and_install_it(self):
        page = self.open("dhcp/generate")
        for server, count in (("kea", 3), ("windows", 1)):
            page.get_by_label("DHCP server").select_option(server)
            expect(page.locator(".steps li")).to_have_count(count)
        page.get_by_label("DHCP server").select_option("isc")
        expect(page.locator(".steps")).to_contain_text("dhcpd-config verify --for isc site.yml")
        expect(page.locator(".steps")).to_contain_text("dhcpd-config apply --for isc --output /etc/dhcp/dhcpd.conf")

    def test_all_cards_are_there_when_they_are_printed(self):
        page = self.open("people/cards")
        page.get_by_label("Also for people who have a phone").check()
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        expect(page.locator(".code-card")).to_have_count(len(self.appliance.api("GET", "/1.0/lines")["lines"]))
        page.emulate_media(media="print")
        expect(page.get_by_role("heading", name="Cards")).to_be_hidden()
        self.shoot(page, "cards-printed")

    def test_a_site_is_checked_in_the_compilers_words(self):
        page = self.open("dhcp/site")
        page.get_by_label("Site file").fill("site: Test\nnonsense: true\n")
        page.get_by_role("button", name="Check and save").click()
        expect(page.locator(".compiler")).to_contain_text("nonsense")


class HostileTests(PageTestCase):
    """Everything that a phone or a person says is text."""

    def test_names_do_no_harm(self):
        # Two on each phone: with all parts of its page that is enough to look at.
        for index, (one, other) in enumerate(zip(HOSTILE[::2], HOSTILE[1::2])):
            device = self.appliance.add_device(
                mac=f"00:15:65:0c:00:{index:02x}", vendor=one, model=other, version=one, sn=other, description=other, plugin=None if index == 1 else "yealink-v86", config="autoprov")
            line = self.appliance.add_line(str(301 + index), one[:100])
            self.appliance.api("POST", f"/1.0/lines/{line['id']}/assign", {"device": device})
            self.appliance.add_line(str(401 + index), other[:100])
        page = self.open()
        expect(page.locator(".vt-body > .vt-row")).to_have_count(len(HOSTILE) // 2)
        self.shoot(page, "hostile-list")
        ids = [phone["id"] for phone in self.appliance.api("GET", "/1.0/phones")["phones"]]
        for view in ["people", "people/cards", "health/events", "health/audit", "plugins", "dhcp/families"] + [f"phones/{id}/{part}" for id in ids for part in PARTS]:
            self.go(page, view)
            self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"), 0, view)
        self.shoot(page, "hostile-phone")
        self.assertEqual(page.evaluate("document.querySelectorAll('#main script, #main img').length"), 0)
        self.assertEqual(page.evaluate("window.violations"), [])

    def test_addresses_do_no_harm(self):
        page = self.open()
        for view in ["phones/<script>alert(1)<%2Fscript>", "phones/%E0%A4%A", "nowhere/at/all", "phones/a/b/c?x=<img src=x onerror=alert(1)>", "plugins/..%2F..%2Fetc"]:
            self.go(page, view)
        self.assertEqual(page.evaluate("window.violations"), [])

    def test_the_policy_lets_nothing_else_run(self):
        page = self.open()
        ran = page.evaluate("""() => {
            const script = document.createElement('script');
            try { script.textContent = 'window.ran = true'; document.body.append(script); } catch (error) { return String(error); }
            return String(window.ran);
        }""")
        self.assertNotEqual(ran, "true")
        self.assertRegex(page.evaluate("() => { try { document.body.innerHTML = '<b>x</b>'; return 'written'; } catch (error) { return error.name; } }"), "TypeError")
        self.assertGreater(page.evaluate("window.violations.length"), 0)
        self.faults.clear()


if __name__ == "__main__":
    unittest.main()
