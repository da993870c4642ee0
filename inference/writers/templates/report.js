"use strict";
(() => {
  const CHUNK = 100, PRINTED = 5000, PLACES_SHOWN = 12;
  const byId = (id) => document.getElementById(id);
  const data = (id) => JSON.parse(byId(id).textContent);
  const labels = data("labels");
  const collator = new Intl.Collator("zh-Hans-CN", { numeric: true });

  // ---- text -------------------------------------------------------------------------------------

  // Marks that turn the direction of writing, and other controls, are shown by their code.
  const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
  const code = (mark) => "U+" + mark.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");

  function element(name, attributes = {}, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value);
    }
    for (const child of children) typeof child === "string" ? put(node, child) : node.append(child);
    return node;
  }

  function put(node, text) {
    if (!CONTROL.test(text)) {
      node.append(text);
      return;
    }
    for (const part of text.split(new RegExp(`(${CONTROL.source})`))) {
      if (!part) continue;
      node.append(CONTROL.test(part) ? element("span", { class: "control" }, code(part)) : part);
    }
  }

  // ---- ledger -----------------------------------------------------------------------------------

  const tabs = [...document.querySelectorAll("[role=tab]")];
  const panel = byId("panel"), head = panel.querySelector("thead"), body = panel.querySelector("tbody");
  const tables = [];
  let current = 0, shown = [], drawn = 0;

  const text = (cell) => {
    const value = Array.isArray(cell) ? cell[0] : cell;
    return value === null ? "" : String(value);
  };
  const order = (cell) => (Array.isArray(cell) ? cell[1] : cell);

  function table(index) {
    if (!tables[index]) {
      const found = data(`table-${index}`);
      found.rows = found.rows.map(([cells, facets, places], id) => ({ id, cells, facets, places }));
      tables[index] = Object.assign(found, { query: "", chosen: found.facets.map(() => null), sort: null });
    }
    return tables[index];
  }

  const haystack = (row) =>
    (row.haystack ??= [...row.cells.map(text), ...row.facets.map(text)].join("\n").toLowerCase());

  function select() {
    const { rows, query, chosen, sort, columns } = table(current);
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    shown = rows.filter(
      (row) =>
        chosen.every((value, i) => value === null || text(row.facets[i]) === value) &&
        words.every((word) => haystack(row).includes(word)),
    );
    if (!sort) return;
    const key = (row) => order(row.cells[sort.column]);
    const compare = columns[sort.column].number ? (a, b) => a - b : (a, b) => collator.compare(a, b);
    shown.sort((a, b) => {
      const [first, second] = [key(a), key(b)];
      const [none, empty] = [first === null || first === "", second === null || second === ""];
      // What is not known comes last in either direction.
      return none || empty ? none - empty : sort.direction * compare(first, second);
    });
  }

  function drawHead() {
    const { columns, sort } = table(current);
    head.replaceChildren(
      element(
        "tr",
        {},
        ...columns.map((column, i) => {
          const button = element("button", { type: "button" }, column.title);
          button.addEventListener("click", () => sortBy(i));
          const sorted = sort?.column === i && (sort.direction > 0 ? "ascending" : "descending");
          return element("th", { scope: "col", class: column.number && "number", "aria-sort": sorted || null }, button);
        }),
      ),
    );
  }

  function drawRow(row) {
    const { columns } = table(current);
    const cells = row.cells.map((cell, i) => {
      const inside = i === 0 && row.places.length ? link(row.places[0], text(cell) || "—") : text(cell);
      return element("td", { class: columns[i].number && "number" }, inside);
    });
    if (row.places.length > 1) {
      // Each mention of a project can be reached from its count.
      const places = row.places.slice(0, PLACES_SHOWN).map((place, i) => link(place, String(i + 1), `第 ${i + 1} 处`));
      const rest = row.places.length - places.length;
      cells[cells.length - 1].replaceChildren(
        element("span", { class: "places" }, ...places, ...(rest ? [`共 ${row.places.length}`] : [])),
      );
    }
    return element("tr", { "data-row": row.id, class: row.id === chosenRow() && "current" }, ...cells);
  }

  function link([report, start, end], label, title) {
    return element("a", { href: `#r${report}-${start}-${end}`, title }, label);
  }

  function drawMore(count = CHUNK) {
    const next = shown.slice(drawn, drawn + count);
    body.append(...next.map(drawRow));
    drawn += next.length;
    byId("more").hidden = drawn >= shown.length;
  }

  function drawTable() {
    select();
    body.replaceChildren();
    drawn = 0;
    drawMore();
    panel.scrollTop = 0;
    const all = table(current).rows.length;
    byId("nothing").hidden = shown.length > 0;
    byId("shown").value = shown.length === all ? `${all.toLocaleString()} 条` : `${shown.length.toLocaleString()} / ${all.toLocaleString()} 条`;
  }

  function drawFacets() {
    const { facets, rows, chosen } = table(current);
    byId("facets").replaceChildren(
      ...facets.map((title, i) => {
        const counts = new Map();
        for (const row of rows) {
          const value = text(row.facets[i]);
          counts.set(value, (counts.get(value) ?? 0) + 1);
        }
        const values = [...counts].sort((a, b) => b[1] - a[1]);
        const options = values.map(([value, count]) =>
          element("option", { value, selected: chosen[i] === value }, `${value || "（空）"} ${count}`),
        );
        const all = element("option", { value: "", "data-all": "" }, title);
        const box = element("select", { "aria-label": title, class: chosen[i] !== null && "set" }, all, ...options);
        box.addEventListener("change", () => {
          chosen[i] = box.selectedIndex === 0 ? null : box.value;
          box.classList.toggle("set", chosen[i] !== null);
          drawTable();
        });
        return values.length > 1 ? box : "";
      }).filter(Boolean),
    );
  }

  function sortBy(column) {
    const found = table(current);
    const first = found.columns[column].number ? -1 : 1;
    const again = found.sort?.column === column;
    found.sort = { column, direction: again ? -found.sort.direction : first };
    drawHead();
    head.querySelectorAll("button")[column].focus();
    drawTable();
  }

  function openTab(index) {
    current = index;
    tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", i === index);
      tab.tabIndex = i === index ? 0 : -1;
    });
    panel.setAttribute("aria-labelledby", tabs[index].id);
    byId("query").value = table(index).query;
    drawFacets();
    drawHead();
    drawTable();
  }

  tabs.forEach((tab, index) => {
    tab.addEventListener("click", () => openTab(index));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = (index + step + tabs.length) % tabs.length;
      tabs[next].focus();
      openTab(next);
    });
  });
  let waiting;
  byId("query").addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      table(current).query = event.target.value;
      drawTable();
    }, 100);
  });
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("more").addEventListener("click", () => drawMore());
  new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && drawMore(), {
    root: panel,
    rootMargin: "400px",
  }).observe(byId("more"));
  body.addEventListener("click", (event) => {
    if (event.target.closest("a") || String(getSelection())) return;
    event.target.closest("tr")?.querySelector("a")?.click();
  });

  // ---- reader -----------------------------------------------------------------------------------

  const page = byId("page"), tip = byId("tip");
  const total = document.querySelectorAll("script[id^=report-]").length;
  let report = -1, opened = null;

  // A report in pieces: cut where a span or the sentence looked for begins or ends.
  function pieces(length, spans, sentence) {
    const cuts = new Set([0, length, ...(sentence ?? []), ...spans.flatMap((span) => span.at)]);
    const points = [...cuts].filter((cut) => cut >= 0 && cut <= length).sort((a, b) => a - b);
    return points.slice(1).map((end, i) => [points[i], end]);
  }

  function openReport(index, start, end) {
    if (index !== report) opened = data(`report-${index}`);
    report = index;
    const { title, facts, url, error, spans, links, sentences } = opened;
    const characters = [...opened.text];
    const looked = end > start;
    const sentence = looked ? sentences.find(([from, to]) => from <= start && start < to) : null;

    byId("title").replaceChildren();
    put(byId("title"), title);
    const source = /^https?:\/\//i.test(url ?? "") ? [element("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, "来源网页")] : [];
    byId("facts").replaceChildren(...facts.map((fact) => element("span", {}, fact)), ...source);
    byId("position").textContent = `${(index + 1).toLocaleString()} / ${total.toLocaleString()}`;
    byId("previous").disabled = index === 0;
    byId("next").disabled = index === total - 1;

    const holder = byId("text");
    holder.className = error ? "error" : "";
    holder.replaceChildren(error ? `未能读取：${error}` : "");
    hideTip();
    let goal = null;
    const nodes = [];
    for (const [from, to] of pieces(characters.length, spans, sentence)) {
      const number = spans.findIndex(({ at }) => at[0] <= from && to <= at[1]);
      const inside = sentence && sentence[0] <= from && to <= sentence[1];
      const part = characters.slice(from, to).join("");
      if (number < 0) {
        if (inside) holder.append(element("span", { class: "sentence" }, part));
        else put(holder, part);
        continue;
      }
      const mark = markOf(number, spans, links, part, inside);
      (nodes[number] ??= []).push(mark);
      if (looked && from >= start && to <= end) {
        mark.classList.add("goal");
        goal ??= mark;
      }
      holder.append(mark);
    }
    for (const [one, other] of links) pair(nodes[one] ?? [], nodes[other] ?? []);
    if (looked) scrollTo(goal ?? holder.querySelector(".sentence"));
    else page.scrollTop = 0;
    return goal;
  }

  // A third of the way down what can be seen of the page; the window moves only if that is too little.
  function scrollTo(node) {
    if (!node) return;
    const visible = () => {
      const { top, bottom } = page.getBoundingClientRect();
      return [Math.max(top, 0), Math.min(bottom, innerHeight)];
    };
    let [top, bottom] = visible();
    if (bottom - top < 200) {
      byId("reader").scrollIntoView();
      [top, bottom] = visible();
    }
    page.scrollTop += node.getBoundingClientRect().top - top - (bottom - top) / 3;
  }

  function markOf(number, spans, links, part, inside) {
    const span = spans[number];
    const tail = links.find(([from]) => from === number)?.[1];
    const partner = spans[tail];
    const href = partner ? `#r${report}-${partner.at[0]}-${partner.at[1]}` : span.project !== null ? `#p${span.project}` : null;
    const classes = ["mark", `label-${span.label}`, inside && "sentence", partner && "linked-amount"];
    const mark = element("a", { class: classes.filter(Boolean).join(" "), href, tabindex: 0 }, part);
    mark.describe = () => description(span, partner);
    return mark;
  }

  function pair(ones, others) {
    for (const [from, to] of [[ones, others], [others, ones]]) {
      const partners = (on) => () => to.forEach((node) => node.classList.toggle("partner", on));
      for (const node of from) {
        for (const event of ["mouseenter", "focus"]) node.addEventListener(event, partners(true));
        for (const event of ["mouseleave", "blur"]) node.addEventListener(event, partners(false));
      }
    }
  }

  function description(span, partner) {
    const label = labels[span.label];
    const facts = [["标注", label?.name ?? String(span.label)]];
    for (const [key, value] of Object.entries(span.attributes)) {
      const attribute = label?.attributes[key];
      if (value === false) continue;
      facts.push([attribute?.name ?? key, value === true ? "是" : attribute?.values[value] ?? String(value)]);
    }
    if (span.amount) facts.push(["读作", span.amount]);
    if (partner) facts.push(["属于", [...opened.text].slice(...partner.at).join("")]);
    if (span.confidence !== null) facts.push(["置信度", span.confidence.toFixed(2)]);
    return element("dl", {}, ...facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
  }

  function showTip(mark) {
    tip.replaceChildren(mark.describe());
    tip.hidden = false;
    mark.setAttribute("aria-describedby", "tip");
    const at = mark.getClientRects()[0], { width, height } = tip.getBoundingClientRect();
    const above = at.top - height - 8;
    tip.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
    tip.style.top = `${above > 8 ? above : at.bottom + 8}px`;
  }

  function hideTip() {
    tip.hidden = true;
    document.querySelector("[aria-describedby=tip]")?.removeAttribute("aria-describedby");
  }

  for (const [event, show] of [["mouseover", true], ["focusin", true], ["mouseout", false], ["focusout", false]]) {
    byId("text").addEventListener(event, ({ target }) => {
      const mark = target.closest(".mark");
      if (mark && show) showTip(mark);
      else hideTip();
    });
  }
  page.addEventListener("scroll", hideTip);
  const turn = (step) => () => {
    history.replaceState(null, "", `#r${report + step}-0-0`);
    follow(false);
  };
  byId("previous").addEventListener("click", turn(-1));
  byId("next").addEventListener("click", turn(1));
  for (const box of byId("legend").querySelectorAll("input")) {
    box.addEventListener("change", () => page.classList.toggle(`off-${box.value}`, !box.checked));
  }

  // ---- where one is: #r3-120-135 is a place in a report, #p17 a project of the ledger ------------------

  function chosenRow() {
    const match = /^#p(\d+)$/.exec(location.hash);
    if (match) return current === 0 ? Number(match[1]) : null;
    const place = /^#r(\d+)-(\d+)-(\d+)$/.exec(location.hash)?.slice(1).map(Number);
    if (!place || place[2] === 0) return null;
    const same = (other) => other.every((value, i) => value === place[i]);
    return table(current).rows.find((row) => row.places.some(same))?.id ?? null;
  }

  function markRow() {
    const id = chosenRow();
    for (const row of body.querySelectorAll("tr.current")) row.classList.remove("current");
    const row = id === null ? null : body.querySelector(`tr[data-row="${id}"]`);
    row?.classList.add("current");
    return row;
  }

  function openProject(id) {
    const found = table(0);
    if (current !== 0) openTab(0);
    if (!shown.some((row) => row.id === id)) {
      Object.assign(found, { query: "", chosen: found.facets.map(() => null) });
      openTab(0);
    }
    drawMore(shown.findIndex((row) => row.id === id) + 1 - drawn);
    const row = markRow();
    row?.scrollIntoView({ block: "center" });
    row?.querySelector("a")?.focus({ preventScroll: true });
  }

  function follow(focus) {
    const [, kind, ...numbers] = /^#(r|p)(\d+)(?:-(\d+)-(\d+))?$/.exec(location.hash) ?? [];
    const [first, start, end] = numbers.map(Number);
    if (kind === "p" && first < table(0).rows.length) openProject(first);
    else if (kind === "r" && first < total) {
      const goal = openReport(first, start, end);
      if (focus) goal?.focus({ preventScroll: true });
      markRow();
    } else if (total && report < 0) openReport(0, 0, 0);
  }

  addEventListener("hashchange", () => follow(true));
  document.addEventListener("click", (event) => {
    // The same link again: the address does not change, but one wants to get there.
    const href = event.target.closest("a")?.getAttribute("href");
    if (href && href === location.hash) follow(true);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hideTip();
    if (event.key === "/" && !/^(INPUT|SELECT)$/.test(document.activeElement?.tagName)) {
      event.preventDefault();
      byId("query").focus();
    }
  });
  addEventListener("beforeprint", () => drawMore(Math.min(shown.length, PRINTED) - drawn));

  openTab(0);
  follow(false);
})();
