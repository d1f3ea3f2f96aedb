"""A report as its reader's browser takes it."""

from html.parser import HTMLParser


class Checker(HTMLParser):
    """Every tag closed in its turn, every identifier once, nothing fetched from elsewhere."""

    EMPTY = frozenset({"meta", "br", "path", "use"})

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links, self.text = [], [], [], []

    def handle_starttag(self, tag, attrs):
        if tag not in self.EMPTY:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            if name in ("src", "href", "xlink:href"):
                self.links.append(value)
        assert tag not in ("script", "link", "iframe", "img")

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.EMPTY:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag not in self.EMPTY:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def checked(path):
    """Return the text of a report that is well formed and needs nothing else."""
    page = Checker()
    page.feed(path.read_text(encoding="utf-8"))
    page.close()
    assert not page.open
    assert len(set(page.ids)) == len(page.ids)
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    return "".join(page.text)
