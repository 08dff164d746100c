// Served by `microsite serve` while it watches; never part of the built site.
// Reloads the page when another build is out; shows findings, as text only, while a rebuild fails.
(() => {
  const mine = new URL(document.currentScript.src).searchParams.get("build");
  let panel = null;
  const show = (text) => {
    if (!text) {
      panel?.remove();
      panel = null;
      return;
    }
    if (!panel) {
      panel = document.createElement("pre");
      panel.id = "live-findings";
      panel.setAttribute("role", "alert");
      // Properties, not a style attribute: the policy forbids the latter.
      Object.assign(panel.style, {
        position: "fixed", inset: "auto 0 0 0", zIndex: "2147483647", maxHeight: "60vh", overflow: "auto",
        margin: "0", padding: "1rem", background: "#1d1d1f", color: "#fff", borderTop: "4px solid #d4351c",
        font: "14px/1.5 ui-monospace, monospace", whiteSpace: "pre-wrap",
      });
      document.body.append(panel);
    }
    panel.textContent = text;
  };
  const open = () => {
    const source = new EventSource("/__live");
    source.addEventListener("state", (event) => {
      const state = JSON.parse(event.data);
      if (state.build !== mine) {
        source.close();
        location.reload();
      } else {
        show(state.problem);
      }
    });
    // A page that is left must let go of its connection: browsers allow six per host.
    addEventListener("pagehide", () => source.close(), { once: true });
  };
  addEventListener("pageshow", (event) => event.persisted && open());
  open();
})();
