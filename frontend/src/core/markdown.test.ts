import { describe, expect, it } from "vitest";

import { type Block, type Inline, markdown } from "./markdown";

const text = (plain: string): Inline => ({ kind: "text", text: plain });
const paragraph = (...inside: Inline[]): Block => ({ kind: "paragraph", inside });

describe("markdown", () => {
  it("knows headings, paragraphs, rules and code", () => {
    expect(markdown("# Spam\n\nWhat nobody\nasked for.\n***\n```\n# as **it** is\n```")).toEqual([
      { kind: "heading", level: 1, inside: [text("Spam")] },
      paragraph(text("What nobody\nasked for.")),
      { kind: "rule" },
      { kind: "code", text: "# as **it** is" },
    ]);
  });

  it("knows lists in lists, and numbers that begin elsewhere", () => {
    expect(markdown("- one\n  - deep\n- two\n\n  more\n\nend\n3. c\n4. d")).toEqual([
      {
        kind: "list", start: null,
        items: [
          [paragraph(text("one")), { kind: "list", start: null, items: [[paragraph(text("deep"))]] }],
          [paragraph(text("two")), paragraph(text("more"))],
        ],
      },
      paragraph(text("end")),
      { kind: "list", start: 3, items: [[paragraph(text("c"))], [paragraph(text("d"))]] },
    ]);
  });

  it("knows quotes and tables", () => {
    expect(markdown("> a\n> - b\n\n| x | y |\n|---|:-:|\n| 1 | *2* |")).toEqual([
      { kind: "quote", blocks: [paragraph(text("a")), { kind: "list", start: null, items: [[paragraph(text("b"))]] }] },
      { kind: "table", head: [[text("x")], [text("y")]], rows: [[[text("1")], [{ kind: "em", inside: [text("2")] }]]] },
    ]);
  });

  it("knows words that stand out, and leaves names with underscores alone", () => {
    expect(markdown("**very** *nice* _too_ `a*b` snake_case_name 2 * 3 * 4 \\*")).toEqual([
      paragraph(
        { kind: "strong", inside: [text("very")] }, text(" "), { kind: "em", inside: [text("nice")] }, text(" "),
        { kind: "em", inside: [text("too")] }, text(" "), { kind: "code", text: "a*b" }, text(" snake_case_name 2 * 3 * 4 *"),
      ),
    ]);
  });

  it("links to the web and to addresses of mail, and to nothing else", () => {
    const link = (href: string, title: string): Inline => ({ kind: "link", href, inside: [text(title)] });
    expect(markdown("[rules](https://a.org/x) [ask](mailto:a@b.org) https://c.org/d. <https://e.org/>")).toEqual([
      paragraph(
        link("https://a.org/x", "rules"), text(" "), link("mailto:a@b.org", "ask"), text(" "), link("https://c.org/d", "https://c.org/d"),
        text(". "), link("https://e.org/", "https://e.org/"),
      ),
    ]);
    for (const target of ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "#/data", "//a.org", "vbscript:x", "blob:https://a.org/x"]) {
      expect(markdown(`[a](${target})`)).toEqual([paragraph(text(`[a](${target})`))]);
    }
  });

  it("takes HTML for text", () => {
    expect(markdown('<img src=x onerror="alert(1)"> <b>b</b>')).toEqual([paragraph(text('<img src=x onerror="alert(1)"> <b>b</b>'))]);
  });

  it("ends soon on what never ends", () => {
    for (const odd of ["[", "*", "**", "_", "`", "> ", "- ", "  - ", "![", "\\", "|", "| -", "#", "1. ", "~~~\n", "```\n", "https://"]) {
      const long = odd.repeat(20_000);
      const all = JSON.stringify(markdown(long));
      expect(all.length).toBeGreaterThan(1);
    }
  });
});
