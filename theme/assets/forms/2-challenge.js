// The page of a message that is held: ALTCHA's own solver works in the background, for some tenths of a second on a
// laptop and some seconds on an old phone; then the solution is sent and the message is let out. When it cannot, the
// page stays as it is, and what it says is true: the team reads the message.
const { solver } = document.currentScript.dataset;
for (const form of document.querySelectorAll("form[data-challenge]")) {
  const challenge = JSON.parse(form.dataset.challenge);
  const say = (words) => (form.querySelector("[role=status]").textContent = words);
  const worker = new Worker(solver);
  worker.onmessage = ({ data }) => {
    if (!data?.derivedKey) return say("");
    const payload = { challenge, solution: { counter: data.counter, derivedKey: data.derivedKey } };
    form.elements.altcha.value = btoa(JSON.stringify(payload));
    form.submit();
  };
  worker.onerror = () => say("");
  say("Checking that you are not a robot. This takes a few seconds.");
  worker.postMessage({ type: "work", challenge, counterStart: 0, counterStep: 1, counterMode: "uint32" });
}
