extension ConsoleAsset {
    /// Live pages: fetches the same page again and replaces the parts marked `data-live` that changed. Nothing needs it.
    static let scriptText = runsScriptText + liveScriptText

    private static let liveScriptText = #"""
        "use strict";
        (() => {
          // The MLflow client prints links to MLflow's own pages: #/experiments/1/runs/ID.
          const link = /^#\/experiments\/([0-9]+)(?:\/runs\/([0-9a-f]+))?$/.exec(location.hash);
          if (link && location.pathname === "/") {
            location.replace(link[2] ? "/runs/" + link[2] : "/runs?experiment=" + link[1]);
            return;
          }
          const seconds = Number(document.body.dataset.refresh || 0);
          const place = document.querySelector("[data-fresh]");
          if (!seconds || !place) return;
          const note = document.createElement("span");
          const button = document.createElement("button");
          button.type = "button";
          place.replaceChildren(note, button);
          let paused = false, failures = 0, timer = 0;
          const say = (text) => { note.textContent = text; };
          const clock = () => new Date().toISOString().slice(11, 19) + " UTC";
          const busy = (part) => {
            const selection = window.getSelection();
            return part.contains(document.activeElement) ||
              (selection && !selection.isCollapsed && part.contains(selection.anchorNode));
          };
          // A log that is still written comes by itself, faster than the page.
          let follower = null;
          const follow = () => {
            const log = document.querySelector("pre[data-follow]");
            if (follower || !log || !window.EventSource) return;
            const box = log.parentElement;
            follower = new EventSource(log.dataset.follow);
            const current = () => box.querySelector("pre");
            follower.addEventListener("log", (event) => {
              const place = current();
              if (!place) return;
              const atEnd = place.scrollHeight - place.scrollTop - place.clientHeight < 8;
              place.append(JSON.parse(event.data));
              if (atEnd) place.scrollTop = place.scrollHeight;
            });
            follower.addEventListener("attempt", () => { current()?.replaceChildren(); });
            follower.addEventListener("end", () => {
              follower.close();
              follower = null;
              box.removeAttribute("data-followed");
            });
            box.setAttribute("data-followed", "");
          };
          const replace = (next) => {
            for (const part of document.querySelectorAll("[data-live]:not([data-followed])")) {
              const fresh = next.getElementById(part.id);
              if (!fresh || busy(part) || fresh.innerHTML === part.innerHTML) continue;
              const scrolls = [...part.querySelectorAll(".scroll,pre")].map((box) =>
                [box.scrollLeft, box.scrollTop, box.scrollHeight - box.scrollTop - box.clientHeight < 8]);
              const open = [...part.querySelectorAll("details")].map((box) => box.open);
              part.innerHTML = fresh.innerHTML;
              part.querySelectorAll(".scroll,pre").forEach((box, index) => {
                const was = scrolls[index];
                if (!was) return;
                box.scrollLeft = was[0];
                box.scrollTop = was[2] && box.tagName === "PRE" ? box.scrollHeight : was[1];
              });
              part.querySelectorAll("details").forEach((box, index) => { if (open[index]) box.open = true; });
            }
            document.title = next.title;
          };
          const later = () => {
            clearTimeout(timer);
            if (!paused && !document.hidden) timer = setTimeout(refresh, seconds * 1000 * Math.min(16, 2 ** failures));
          };
          const refresh = async () => {
            try {
              const reply = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
              if (!reply.ok) throw new Error(String(reply.status));
              const next = new DOMParser().parseFromString(await reply.text(), "text/html");
              replace(next);
              failures = 0;
              say("Updated " + clock());
              if (!next.body.dataset.refresh) { button.remove(); say("Ended; last updated " + clock()); return; }
            } catch (error) {
              failures += 1;
              say("No answer from the server; trying again");
            }
            later();
          };
          const label = () => { button.textContent = paused ? "Resume" : "Pause"; };
          button.addEventListener("click", () => {
            paused = !paused;
            label();
            if (paused) { clearTimeout(timer); say("Paused"); } else refresh();
          });
          document.addEventListener("visibilitychange", () => { if (!document.hidden && !paused) refresh(); });
          for (const log of document.querySelectorAll("pre[data-tail]")) log.scrollTop = log.scrollHeight;
          follow();
          label();
          say("Live, every " + seconds + " s");
          later();
        })();
        """#
}
