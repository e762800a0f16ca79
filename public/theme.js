// Runs before the first paint, as a file of its own because the page's policy allows no inline script.
try {
  const theme = localStorage.getItem('ao.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is closed to us: the system's theme it is.
}
