"""Checks the lists of the suite, and that it fails where it has to, without fetching a package."""

import unittest

from facts import FIELDS, Facts, number, quoted
from sources import KINDS, Package, read_list, read_sources
from suite import EQUAL, PACKAGES, Comparison, Verdict, problems, read_differences, shortfalls


class TheLists(unittest.TestCase):
    def test_name_each_package_once_and_its_source(self):
        packages, sources = read_list(), read_sources()
        self.assertEqual(len({package.name for package in packages}), len(packages))
        self.assertEqual(len({package.digest for package in packages}), len(packages))
        self.assertEqual({package.name.split("/")[0] for package in packages}, set(sources))
        self.assertGreaterEqual(len(packages), PACKAGES)

    def test_pin_every_source(self):
        for source in read_sources().values():
            with self.subTest(source["name"]):
                [kind] = KINDS.keys() & source.keys()
                pins = {"git": "commit", "pypi": "digest"}
                self.assertTrue(kind == "folder" or source.get(pins.get(kind, ""), "@" in source[kind]))
                self.assertTrue(source["licence"] and source["about"])

    def test_give_a_reason_for_each_difference(self):
        packages = {package.name for package in read_list()}
        differences = read_differences()["difference"]
        self.assertLessEqual(len(differences), len(packages) - EQUAL)
        for difference in differences:
            with self.subTest(difference["package"]):
                self.assertIn(difference["package"], packages)
                self.assertTrue(difference["reason"])
                self.assertLessEqual(set(difference["fields"]), {*FIELDS, "badging"})


class AComparison(unittest.TestCase):
    def compared(self, name, *fields):
        values = dict.fromkeys(FIELDS)
        return Comparison(Package(name, name), Facts(values), Facts(values), Facts(values), list(fields))

    def found(self, comparisons, *listed):
        return problems(comparisons, [{"package": name, "fields": fields, "reason": "…"} for name, fields in listed])

    def test_fails_for_a_difference_that_is_not_listed_and_for_one_that_has_gone(self):
        same, other = self.compared("same"), self.compared("other", "label")
        self.assertEqual(self.found([same, other], ("other", ["label"])), [])
        self.assertIn("other differs, and", self.found([same, other])[0])
        self.assertIn("lists icon", self.found([same, other], ("other", ["icon"]))[0])
        self.assertIn("same is listed", self.found([same], ("same", ["label"]))[0])
        self.assertIn("twice", self.found([other], ("other", ["label"]), ("other", ["label"]))[0])

    def test_fails_for_too_few_that_are_equal(self):
        equal = [self.compared(str(number)) for number in range(EQUAL)]
        others = [self.compared(f"other {number}", "label") for number in range(PACKAGES - EQUAL)]
        self.assertEqual(shortfalls(equal + others), [])
        self.assertIn("equal in all fields", shortfalls(equal[1:] + others + [self.compared("one more", "label")])[0])
        self.assertIn("packages", shortfalls(equal)[0])

    def test_counts_what_both_refuse_by_itself(self):
        each = self.compared("broken")
        each.badging.refused = "failed opening zip"
        self.assertEqual(each.verdict, Verdict.REFUSED)


class TheOutputOfAapt2(unittest.TestCase):
    def test_is_read_by_key_and_with_its_escapes(self):
        line = r" name='dev.example' versionCode='7' versionName='it\'s \"1\"' split=''"
        self.assertEqual(quoted(line, "name"), "dev.example")
        self.assertEqual(quoted(line, "versionName"), "it's \"1\"")
        self.assertIsNone(quoted(line, "split"))
        self.assertIsNone(quoted(line, "Name"))

    def test_has_numbers_and_words_in_their_place(self):
        self.assertEqual([number(text) for text in ("35", "-1", "Tiramisu", None)], [35, 0xFFFFFFFF, "Tiramisu", None])


if __name__ == "__main__":
    unittest.main()
