extension ConsoleAsset {
    /// What makes the pages of runs nicer: selects that act at once, picks that outlive a page, curves of one run lit
    /// together. Nothing needs it.
    static let runsScriptText = #"""
        "use strict";
        (() => {
          // A select in a form that only asks acts when it changes; its button stays for everyone else.
          document.addEventListener("change", (event) => {
            const field = event.target;
            if (!field.matches || !field.matches("select, .ticks input")) return;
            const form = field.form;
            if (!form || form.method !== "get" || (form.id !== "controls" && !("auto" in form.dataset))) return;
            const box = field.closest(".filter");
            form.requestSubmit(box && box.querySelector("button"));
          });
          document.addEventListener("keydown", (event) => {
            const filter = document.getElementById("filter");
            const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
            if (event.key !== "/" || !filter || typing || event.ctrlKey || event.metaKey) return;
            event.preventDefault();
            filter.focus();
          });

          const pick = document.querySelector("form[data-pick]");
          const button = pick && pick.querySelector("button");
          if (button) {
            const words = pick.querySelector("[data-picked]");
            const boxes = [...document.querySelectorAll('input[name="run"][form="compare"]')];
            const here = new Set(boxes.map((box) => box.value));
            let kept = [];
            try { kept = JSON.parse(sessionStorage.getItem("aku-picked") || "[]"); } catch { kept = []; }
            const clear = document.createElement("button");
            clear.type = "button";
            clear.textContent = "Clear";
            words.after(clear);
            const show = () => {
              const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
              const all = [...kept.filter((id) => !here.has(id)), ...chosen];
              pick.querySelectorAll('input[type="hidden"]').forEach((field) => field.remove());
              for (const id of all) {
                if (here.has(id)) continue;
                const field = document.createElement("input");
                field.type = "hidden";
                field.name = "run";
                field.value = id;
                pick.append(field);
              }
              const away = all.length - chosen.length;
              words.textContent = all.length === 0 ? "Tick 2 to 50 runs." :
                all.length + " chosen" + (away ? ", " + away + " on other pages" : "") + (all.length > 50 ? "; at most 50" : "");
              button.disabled = all.length < 2 || all.length > 50;
              clear.hidden = all.length === 0;
              kept = all;
              try { sessionStorage.setItem("aku-picked", JSON.stringify(all)); } catch { /* A private window keeps nothing. */ }
            };
            for (const box of boxes) box.checked = box.checked || kept.includes(box.value);
            let last = null;
            for (const box of boxes) {
              box.addEventListener("click", (event) => {
                if (event.shiftKey && last) {
                  const ends = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
                  for (const other of boxes.slice(ends[0], ends[1] + 1)) other.checked = box.checked;
                }
                last = box;
                show();
              });
            }
            clear.addEventListener("click", () => {
              for (const box of boxes) box.checked = false;
              kept = [];
              show();
            });
            show();
          }

          // Pointing at a run in a legend, a table or a drawing lights it in every drawing.
          const light = (number, on) => {
            for (const drawing of document.querySelectorAll("svg.chart, svg.parallel")) {
              if (!drawing.querySelector("[data-run]")) continue;
              drawing.classList.toggle("dimmed", on);
              for (const part of drawing.querySelectorAll("[data-run]")) {
                part.classList.toggle("lit", on && part.dataset.run === number);
              }
            }
          };
          for (const part of document.querySelectorAll("[data-run], [data-legend], [data-run-row]")) {
            const row = part.dataset.legend || part.dataset.runRow;
            const number = row ? String(Number(row) - 1) : part.dataset.run;
            part.addEventListener("pointerenter", () => light(number, true));
            part.addEventListener("pointerleave", () => light(number, false));
          }
        })();

        """#
}
