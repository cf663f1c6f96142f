// The page forbids every text that is to be parsed as HTML (CSP: require-trusted-types-for). Leaflet tries one, which
// is constant, to find out what the browser can do. It alone passes; anything else throws.
if (window.trustedTypes) {
  window.trustedTypes.createPolicy("default", { createHTML: (text) => (text === "<svg/>" ? text : null) });
}
