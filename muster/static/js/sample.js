// How the file is read: the first rows, anew with every choice.

const form = document.querySelector("form[data-sample]");

async function refresh() {
  const query = new URLSearchParams(new FormData(form));
  query.delete("csrfmiddlewaretoken");
  const answer = await fetch(`?${query}`, { headers: { Accept: "text/fragment" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("sample");
  document.getElementById("sample").replaceWith(document.adoptNode(fresh));
}

form.addEventListener("change", refresh);
