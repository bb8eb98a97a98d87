// A page whose sign-in has ended says so, and leads to where one signs in again. It asks for nothing by itself where
// a browser tells how requests of the page were answered: one that was refused is heard of.

globalThis.watchSignIn = (root) => {
  const [EVERY, SELDOM] = [3000, 20_000];
  const whose = () => /(?:^|; )labelspread_whose=([^;]*)/.exec(document.cookie)?.[1];
  const began = whose();
  let dialog = null;
  let isAsking = false;

  async function look() {
    if (isAsking) return;
    isAsking = true;
    try {
      const { status } = await fetch(`${root}/_stcore/health`, { cache: "no-store" });
      if (status === 401 && !dialog) say();
      else if (status === 200 && dialog) location.reload();
    } catch {
      // The server is away, and so is whoever would know.
    } finally {
      isAsking = false;
    }
  }

  function say() {
    dialog = document.createElement("dialog");
    dialog.className = "signed-out";
    dialog.ariaLabel = "Your sign-in has ended";
    dialog.style.colorScheme = getComputedStyle(document.querySelector(".stApp") ?? document.body).colorScheme;
    const title = document.createElement("h2");
    title.textContent = "Your sign-in has ended";
    const told = document.createElement("p");
    told.textContent = "Answers that are not saved yet stay in this browser, and are sent once you have signed in again.";
    const way = document.createElement("a");
    way.textContent = "Sign in";
    way.href = `${root}/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;
    dialog.append(title, told, way);
    document.body.append(dialog);
    dialog.showModal();
    setInterval(() => { if (!document.hidden) void look(); }, EVERY);
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden || began === undefined) return;
    // Somebody else has signed in meanwhile, in another tab.
    if (whose() !== began) location.reload();
    else void look();
  });
  if ("responseStatus" in PerformanceResourceTiming.prototype) {
    new PerformanceObserver((list) => {
      if (!dialog && list.getEntries().some(({ responseStatus }) => responseStatus === 401)) void look();
    }).observe({ type: "resource" });
  } else if (began !== undefined) setInterval(() => { if (!dialog && !document.hidden) void look(); }, SELDOM);
};
