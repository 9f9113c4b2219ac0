/** A page as `.eleventy.js` hands it over: where it lies, and its HTML. */
type SitePage = { readonly path: string; readonly render: () => string };

/** Every page of the site, one after the other; `.eleventy.js` hands them over as one frozen array. */
export const data = {
  pagination: { data: "pages", size: 1, alias: "sitePage" },
  permalink: ({ sitePage }: { sitePage: SitePage }) => sitePage.path,
  eleventyExcludeFromCollections: true,
};

export function render({ sitePage }: { sitePage: SitePage }): string {
  return sitePage.render();
}
