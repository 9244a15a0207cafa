"use strict";
(function () {
	// ---- tables: sort by a click on a heading, unfold the rest ----

	function key(cell) {
		const text = cell.dataset.v || cell.textContent;
		return text === "" ? null : text;
	}

	function sort(table, heading) {
		const index = heading.cellIndex, body = table.tBodies[0], number = heading.classList.contains("n");
		const up = heading.getAttribute("aria-sort") ? heading.getAttribute("aria-sort") === "descending" : !number;
		const order = new Intl.Collator("en", { numeric: true });
		const rows = Array.from(body.rows, row => ({ row, key: key(row.cells[index]) }));
		rows.sort((a, b) => {
			// What is missing stands last, whichever way.
			if (a.key === null || b.key === null)
				return (a.key === null) - (b.key === null);
			const way = number ? parseFloat(a.key) - parseFloat(b.key) : order.compare(a.key, b.key);
			return up ? way : -way;
		});
		for (const other of heading.parentNode.cells)
			other.removeAttribute("aria-sort");
		heading.setAttribute("aria-sort", up ? "ascending" : "descending");
		body.append(...rows.map(r => r.row));
		fold(table);
	}

	function fold(table) {
		const shown = table.dataset.open ? Infinity : Number(table.dataset.shown || Infinity);
		Array.from(table.tBodies[0].rows).forEach((row, i) => { row.hidden = i >= shown; });
	}

	function unfoldButton(table) {
		const button = document.createElement("button"), n = table.tBodies[0].rows.length;
		button.type = "button";
		button.className = "more";
		const name = () => { button.textContent = table.dataset.open ? "Fewer rows" : "All " + n + " rows"; };
		button.addEventListener("click", () => {
			if (table.dataset.open)
				delete table.dataset.open;
			else
				table.dataset.open = "1";
			fold(table);
			name();
		});
		name();
		table.parentNode.after(button);
	}

	for (const table of document.querySelectorAll("table[data-ask]")) {
		if (table.classList.contains("sort"))
			table.tHead.addEventListener("click", event => {
				if (event.target.closest("button"))
					sort(table, event.target.closest("th"));
			});
		if (table.dataset.shown) {
			fold(table);
			unfoldButton(table);
		}
	}
	// Paper has no buttons.
	const tables = () => document.querySelectorAll("table[data-shown]");
	addEventListener("beforeprint", () => tables().forEach(t => {
		for (const row of t.tBodies[0].rows)
			row.hidden = false;
	}));
	addEventListener("afterprint", () => tables().forEach(fold));

	// A link to a stream opens its graphs.
	function openTarget() {
		const target = document.getElementById(location.hash.slice(1));
		if (target && target.tagName === "DETAILS")
			target.open = true;
	}
	addEventListener("hashchange", openTarget);
	openTarget();

	// ---- I/O graphs: drag to zoom, wheel, keys, buttons ----

	const W = 900, H = 380, LEFT = 64, RIGHT = 880, TOP = 40, BOTTOM = 330;
	const SVG = "http://www.w3.org/2000/svg";

	function element(parent, name, attributes, text) {
		const e = document.createElementNS(SVG, name);
		for (const k in attributes)
			e.setAttribute(k, attributes[k]);
		if (text !== undefined)
			e.textContent = text;
		parent.append(e);
		return e;
	}

	function step(range, wanted) {
		const raw = range / wanted, power = Math.pow(10, Math.floor(Math.log10(raw))), lead = raw / power;
		return (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10) * power;
	}

	function seconds(t, s) {
		if (t >= 120 && s >= 1) {
			const h = Math.floor(t / 3600), m = Math.floor(t / 60) % 60, rest = String(Math.round(t % 60));
			return (h ? h + ":" + String(m).padStart(2, "0") : m) + ":" + rest.padStart(2, "0");
		}
		return t.toFixed(Math.max(0, Math.min(6, -Math.floor(Math.log10(s) + 1e-9)))) + " s";
	}

	function graph(box) {
		const data = JSON.parse(box.querySelector("script").textContent);
		const n = data.packets.length, whole = n * data.interval;
		const figure = box.querySelector("figure");
		let from = 0, to = whole, drag = null, at = null;
		figure.textContent = "";
		const svg = element(figure, "svg", { class: "pic plot", viewBox: "0 0 " + W + " " + H, tabindex: "0", role: "img",
			"aria-label": "I/O graph of " + data.name + ": arrow keys move, plus and minus zoom, Escape shows all" });
		const readout = document.createElement("p"), tools = document.createElement("div");
		readout.className = "readout";
		readout.setAttribute("aria-live", "polite");
		tools.className = "tools";
		figure.after(readout, tools);

		const x = t => LEFT + (t - from) / (to - from) * (RIGHT - LEFT);
		const time = px => from + (px - LEFT) / (RIGHT - LEFT) * (to - from);

		function show(a, b) {
			const least = Math.min(whole, data.interval * 4), span = Math.max(least, Math.min(whole, b - a));
			const middle = (a + b) / 2;
			from = Math.max(0, Math.min(whole - span, middle - span / 2));
			to = from + span;
			draw();
		}

		function zoom(factor, about) {
			show(about - (about - from) * factor, about + (to - about) * factor);
		}

		function draw() {
			const first = Math.max(0, Math.floor(from / data.interval) - 1);
			const last = Math.min(n - 1, Math.ceil(to / data.interval) + 1);
			let most = 1;
			for (let i = Math.ceil(from / data.interval - 0.5); i <= last && i < n; i++)
				most = Math.max(most, data.packets[Math.max(0, i)], data.errors[Math.max(0, i)]);
			const ys = Math.max(1, step(most, 5)), top = Math.ceil(most / ys) * ys;
			const y = v => BOTTOM - v / top * (BOTTOM - TOP);
			svg.textContent = "";
			svg.dataset.from = from;
			svg.dataset.to = to;
			for (let v = 0; v <= top; v += ys) {
				element(svg, "path", { class: "lpg", d: "M" + LEFT + " " + y(v) + "H" + RIGHT });
				element(svg, "text", { class: "ps", "font-size": 12, "text-anchor": "end", x: LEFT - 8, y: y(v) + 4 }, v);
			}
			let xs = step(to - from, 8);
			if (to - from > 120)
				xs = [30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400].find(s => (to - from) / s <= 9) || xs;
			for (let t = Math.ceil(from / xs) * xs; t <= to; t += xs) {
				element(svg, "path", { class: "lpx", d: "M" + x(t) + " " + BOTTOM + "v5" });
				element(svg, "text", { class: "ps", "font-size": 12, "text-anchor": "middle", x: x(t), y: BOTTOM + 20 },
					seconds(t, xs));
			}
			const inside = element(svg, "svg", { x: LEFT, y: TOP - 4, width: RIGHT - LEFT, height: BOTTOM - TOP + 4,
				viewBox: LEFT + " " + (TOP - 4) + " " + (RIGHT - LEFT) + " " + (BOTTOM - TOP + 4) });
			const width = Math.max(1, (RIGHT - LEFT) * data.interval / (to - from) - 0.6);
			let bars = "", line = "";
			for (let i = first; i <= last; i++) {
				if (data.errors[i])
					bars += "M" + x(i * data.interval).toFixed(1) + " " + BOTTOM + "V" + y(data.errors[i]).toFixed(1) + "h" +
						width.toFixed(1) + "V" + BOTTOM + "Z";
				line += (line ? "L" : "M") + x((i + 0.5) * data.interval).toFixed(1) + " " + y(data.packets[i]).toFixed(1);
			}
			element(inside, "path", { class: "p1", d: bars });
			element(inside, "path", { class: "lp0", fill: "none", "stroke-width": 1.6, "stroke-linejoin": "round", d: line });
			if (drag)
				element(inside, "rect", { class: "select", x: Math.min(x(drag[0]), x(drag[1])), y: TOP,
					width: Math.abs(x(drag[1]) - x(drag[0])), height: BOTTOM - TOP });
			else if (at !== null)
				element(inside, "path", { class: "cursor", d: "M" + x(at) + " " + TOP + "V" + BOTTOM });
			element(svg, "path", { class: "lpx", d: "M" + LEFT + " " + BOTTOM + "H" + RIGHT });
			element(svg, "path", { class: "lp0", "stroke-width": 2.2, d: "M" + LEFT + " 16h14" });
			element(svg, "text", { class: "pt", "font-size": 12, x: LEFT + 20, y: 20 },
				"Packets per " + seconds(data.interval, data.interval));
			element(svg, "rect", { class: "p1", x: LEFT + 170, y: 11, width: 11, height: 10 });
			element(svg, "text", { class: "pt", "font-size": 12, x: LEFT + 188, y: 20 }, "TCP errors");
			element(svg, "text", { class: "pt", "font-size": 12, "text-anchor": "middle", x: (LEFT + RIGHT) / 2, y: H - 14 },
				"Time since the first frame");
		}

		function tell() {
			const i = Math.max(0, Math.min(n - 1, Math.floor(at / data.interval)));
			readout.textContent = seconds(i * data.interval, data.interval) + ": " + data.packets[i] + " packets, " +
				data.errors[i] + " TCP errors";
		}

		function place(event) {
			const r = svg.getBoundingClientRect();
			return Math.max(from, Math.min(to, time((event.clientX - r.left) / r.width * W)));
		}

		svg.addEventListener("pointerdown", event => {
			if (event.button)
				return;
			svg.setPointerCapture(event.pointerId);
			drag = [place(event), place(event)];
		});
		svg.addEventListener("pointermove", event => {
			at = place(event);
			if (drag)
				drag[1] = at;
			tell();
			draw();
		});
		svg.addEventListener("pointerup", () => {
			const range = drag;
			drag = null;
			if (range && Math.abs(x(range[1]) - x(range[0])) > 6)
				show(Math.min(...range), Math.max(...range));
			else
				draw();
		});
		svg.addEventListener("pointercancel", () => { drag = null; draw(); });
		svg.addEventListener("pointerleave", () => { at = null; if (!drag) draw(); });
		svg.addEventListener("dblclick", () => show(0, whole));
		svg.addEventListener("wheel", event => {
			// The page scrolls, unless a key says that the graph is meant or it has the focus.
			if (!event.ctrlKey && document.activeElement !== svg)
				return;
			event.preventDefault();
			zoom(event.deltaY < 0 ? 0.8 : 1.25, place(event));
		}, { passive: false });
		const actions = {
			"+": () => zoom(0.5, (from + to) / 2), "-": () => zoom(2, (from + to) / 2),
			ArrowLeft: () => show(from - (to - from) / 4, to - (to - from) / 4),
			ArrowRight: () => show(from + (to - from) / 4, to + (to - from) / 4), Escape: () => show(0, whole),
		};
		svg.addEventListener("keydown", event => {
			const action = actions[event.key === "=" ? "+" : event.key];
			if (action) {
				event.preventDefault();
				action();
			}
		});
		const names = { "+": "Zoom in", "-": "Zoom out", ArrowLeft: "Earlier", ArrowRight: "Later", Escape: "All" };
		for (const k in names) {
			const button = document.createElement("button");
			button.type = "button";
			button.textContent = names[k];
			button.addEventListener("click", actions[k]);
			tools.append(button);
		}
		draw();
	}

	const boxes = Array.from(document.querySelectorAll(".io"));
	const pick = document.querySelector("select.pick");
	boxes.forEach(graph);
	if (pick)
		pick.addEventListener("change", () => boxes.forEach((b, i) => { b.hidden = i !== pick.selectedIndex; }));

	// ---- where the reader is ----

	const links = new Map(Array.from(document.querySelectorAll("nav a"), a => [a.hash.slice(1), a]));
	const watch = new IntersectionObserver(entries => {
		for (const e of entries)
			if (e.isIntersecting) {
				links.forEach(a => a.removeAttribute("aria-current"));
				links.get(e.target.id).setAttribute("aria-current", "true");
			}
	}, { rootMargin: "-20% 0px -70% 0px" });
	for (const id of links.keys())
		if (document.getElementById(id))
			watch.observe(document.getElementById(id));
})();
