// Conveniences only: the page is complete without them, and nothing here computes a result.
"use strict";
(() => {
  const status = document.getElementById("status");
  const say = (text) => { status.textContent = text; };
  const make = (name, properties) => Object.assign(document.createElement(name), properties);

  // Tooltips of marks: what a table below says too.
  const tip = document.getElementById("tip");
  const showTip = (mark, event) => {
    tip.textContent = mark.dataset.tip;
    tip.hidden = false;
    const box = mark.getBoundingClientRect();
    const left = event ? event.clientX : box.left + box.width / 2;
    const top = box.bottom + 8;
    tip.style.setProperty("left", `${Math.max(8, Math.min(left, window.innerWidth - tip.offsetWidth - 8))}px`);
    tip.style.setProperty("top", `${top + tip.offsetHeight > window.innerHeight ? box.top - tip.offsetHeight - 8 : top}px`);
  };
  document.addEventListener("pointerover", (event) => {
    const mark = event.target.closest("[data-tip]");
    if (mark) showTip(mark, event); else tip.hidden = true;
  });
  document.addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });

  // Saving: a file made here, from what the page shows.
  const save = (name, type, text) => {
    const address = URL.createObjectURL(new Blob([text], { type }));
    const link = make("a", { href: address, download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 0);
    say(`${name} saved`);
  };
  const clean = (cell) => cell.textContent.replace(/\s+/g, " ").trim();
  const guarded = (text) => {
    // a spreadsheet would run a cell that begins so; a number is no danger
    const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
    return `"${safe.replaceAll('"', '""')}"`;
  };
  const csv = (table) => {
    const rows = [...table.rows].filter((row) => !row.hidden);
    return `\uFEFF${rows.map((row) => [...row.cells].map((cell) => guarded(clean(cell))).join(",")).join("\r\n")}\r\n`;
  };
  const svg = (drawing) => {
    const copy = drawing.cloneNode(true);
    const colours = getComputedStyle(document.documentElement);
    for (const element of [copy, ...copy.querySelectorAll("*")]) {
      for (const attribute of [...element.attributes]) {
        if (attribute.value.includes("var(")) {
          attribute.value = attribute.value.replace(/var\((--[\w-]+)\)/g, (_, variable) => colours.getPropertyValue(variable).trim());
        }
      }
    }
    return new XMLSerializer().serializeToString(copy);
  };

  // Tables: sort, filter, save.
  const tools = (scroll, table) => {
    const bar = make("div", { className: "tools" });
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const sortable = table.hasAttribute("data-tools") && !body.querySelector(".group");
    const named = clean(table.caption.querySelector(".label"));
    if (table.hasAttribute("data-tools") && rows.length > 8) {
      const kinds = { Condition: "conditions", "Side effect": "side effects", Publication: "publications" };
      const plural = kinds[clean(table.tHead.rows[0].cells[0])] ?? "rows";
      const input = make("input", { type: "search", placeholder: `Filter ${plural}` });
      input.setAttribute("aria-label", `Filter rows of ${table.id}`);
      input.addEventListener("input", () => {
        const wanted = input.value.trim().toLowerCase();
        for (const row of rows) row.hidden = !row.cells[0].textContent.toLowerCase().includes(wanted);
        const counted = rows.filter((row) => !row.classList.contains("total"));
        const shown = counted.filter((row) => !row.hidden).length;
        count.textContent = wanted ? `Showing ${shown} of ${counted.length} ${plural}; numbers are unchanged.` : "";
        say(count.textContent);
      });
      bar.append(input);
    }
    const button = make("button", { type: "button", textContent: "Save CSV" });
    button.setAttribute("aria-label", `Save ${table.id} as CSV`);
    button.addEventListener("click", () => save(`${table.id}.csv`, "text/csv;charset=utf-8", csv(table)));
    const count = make("span", { className: "note filtered" });
    bar.append(button, count);
    scroll.after(bar);
    if (!sortable || rows.length < 3) return;
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const press = make("button", { type: "button" });
      const patients = head.querySelector(".of"); // a number is no part of a button
      press.append(...[...head.childNodes].filter((node) => node !== patients));
      head.prepend(press);
      press.addEventListener("click", () => {
        const direction = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", direction);
        const sign = direction === "ascending" ? 1 : -1;
        const number = (row) => row.cells[column].dataset.sort ?? row.cells[column].querySelector("b data")?.value;
        const sorted = [...rows].sort((one, other) => {
          if (column === 0) return sign * clean(one.cells[0]).localeCompare(clean(other.cells[0]), "en");
          const [first, second] = [number(one), number(other)];
          // rows without a number come last both ways, so that their place tells nothing
          if (first === undefined || second === undefined) return (first === undefined) - (second === undefined);
          return sign * (Number(first) - Number(second));
        });
        body.append(...sorted);
        say(`${named}: sorted by ${clean(press)}, ${direction}`);
      });
    });
  };
  for (const scroll of document.querySelectorAll(".scroll")) {
    const table = scroll.querySelector("table");
    if (table) tools(scroll, table);
  }
  for (const figure of document.querySelectorAll("figure")) {
    const drawing = figure.querySelector("svg");
    if (!drawing) continue;
    const bar = make("div", { className: "tools" });
    const button = make("button", { type: "button", textContent: "Save SVG" });
    button.setAttribute("aria-label", `Save ${figure.id} as SVG`);
    button.addEventListener("click", () => save(`${figure.id}.svg`, "image/svg+xml", svg(drawing)));
    bar.append(button);
    figure.append(bar);
  }

  // What goes on at the right has an edge that says so, until it is scrolled there.
  const edge = (one) => one.classList.toggle("cut", one.scrollWidth - one.clientWidth - one.scrollLeft > 1);
  const sizes = new ResizeObserver((entries) => entries.forEach((entry) => edge(entry.target)));
  for (const one of document.querySelectorAll(".scroll")) {
    sizes.observe(one);
    one.addEventListener("scroll", () => edge(one), { passive: true });
  }

  // Trace: every number leads to its row.
  const register = JSON.parse(document.getElementById("register").textContent);
  const dialog = document.getElementById("source");
  const list = dialog.querySelector("dl");
  const toggle = document.getElementById("trace");
  let from = null;
  const names = {
    n: "Patients", events: "Events", endpoint: "Endpoint", condition: "Condition", dose: "Dose", day: "Day",
    comparator: "Compared with", subgroup: "Part or assumption", missing_data: "Missing data", note: "Note",
    flow: "Flow", reason: "Reason", statistic: "Statistic", method: "Method", analysis: "Analysis",
    source: "File", line: "Line of the file",
  };
  const facts = (element) => {
    const { c, d } = element.dataset;
    const { r } = element.closest("[data-r]").dataset; // a cell whose numbers are of one row says so once
    const row = register.rows[d === undefined ? r : `${r}@${d}`];
    const found = [["Shown", element.textContent], ["Unrounded", element.value]];
    const where = [["Row", r], ["Column", c ?? "estimate"]];
    if (!row) return [...found, ...where];
    const [kind, ...own] = row;
    const values = [...register.kinds[kind], ...own];
    // what it is, how it was computed, where it stands
    for (const [field, name] of Object.entries(names)) {
      const place = register.fields.indexOf(field);
      const word = register.numbers.includes(field) ? values[place] : register.words[values[place] ?? 0];
      if (word === null || word === "") continue;
      found.push([name, String(word)]);
      if (field === "method") {
        for (const one of register.cited[values[place]] ?? []) {
          const [words, text, code] = register.references[one];
          found.push(["Reference", `${words}: ${text}`], ["Formula", code]);
        }
      }
      if (register.code[word] !== undefined && field === "analysis") found.push(["Code", register.code[word]]);
      if (register.rules[word] !== undefined && field === "source") {
        found.push(["Rule", register.rules[word][0]], ["Computed again by", register.rules[word][1]]);
      }
    }
    return [...found, ...where];
  };
  const open = (element) => {
    from = element;
    list.replaceChildren(...facts(element).flatMap(([name, text]) => [make("dt", { textContent: name }), make("dd", { textContent: text })]));
    dialog.showModal();
    dialog.scrollTop = 0; // the focus is on the button at the end
  };
  const trace = (on) => {
    toggle.setAttribute("aria-pressed", String(on));
    document.body.classList.toggle("tracing", on);
    for (const element of document.querySelectorAll("main data")) {
      if (on) { element.tabIndex = 0; element.setAttribute("role", "button"); } else { element.removeAttribute("tabindex"); element.removeAttribute("role"); }
    }
    say(on ? "Trace on: choose a number to see where it comes from" : "Trace off");
  };
  const tracing = () => document.body.classList.contains("tracing");
  toggle.hidden = false;
  toggle.addEventListener("click", () => trace(!tracing()));
  document.addEventListener("click", (event) => {
    const element = event.target.closest("main data");
    if (element && tracing()) open(element);
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "t") trace(!tracing());
    const element = event.target.closest("main data");
    if (element && tracing() && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); open(element); }
  });
  dialog.addEventListener("close", () => { if (from) from.focus(); });

  // Paper shows everything.
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const one of closed) one.open = true;
  });
  window.addEventListener("afterprint", () => { for (const one of closed) one.open = false; });
})();
