// The page of a message that is held: ALTCHA's own solver works in the background, for some tenths of a second on a
// laptop and some seconds on an old phone; then the solution is sent and the message is let out. When it cannot, the
// page stays as it is, and what it says is true: the team reads the message.
const { solver } = document.currentScript.dataset;
for (const status of document.querySelectorAll("[data-challenge]")) {
  const challenge = JSON.parse(status.dataset.challenge);
  const worker = new Worker(solver);
  worker.onerror = () => (status.textContent = "");
  worker.onmessage = ({ data }) => {
    if (!data?.derivedKey) return worker.onerror();
    const { counter, derivedKey } = data;
    const form = document.createElement("form");
    form.method = "post";
    form.action = "/api/challenge";
    form.innerHTML = '<input type="hidden" name="altcha">';
    form.altcha.value = btoa(JSON.stringify({ challenge, solution: { counter, derivedKey } }));
    document.body.append(form);
    form.submit();
  };
  status.textContent = "Checking that you are not a robot. This takes a few seconds.";
  worker.postMessage({ type: "work", challenge, counterStart: 0, counterStep: 1, counterMode: "uint32" });
}
