/** One page of a list, and the `Link` header that leads to the others. docs.github.com: "Using pagination in the REST API" */
export function paginate(all: readonly unknown[], url: URL): { items: readonly unknown[]; link: string } {
  const size = Math.min(100, Math.max(1, Number(url.searchParams.get("per_page") ?? 30)));
  const page = Math.max(1, Number(url.searchParams.get("page") ?? 1));
  const last = Math.max(1, Math.ceil(all.length / size));
  const to = (number: number, name: string) => {
    const target = new URL(url);
    target.searchParams.set("page", String(number));
    return `<${target.href}>; rel="${name}"`;
  };
  const links = [
    ...(page > 1 ? [to(page - 1, "prev")] : []),
    ...(page < last ? [to(page + 1, "next"), to(last, "last")] : []),
    ...(page > 1 ? [to(1, "first")] : []),
  ];
  return { items: all.slice((page - 1) * size, page * size), link: links.join(", ") };
}
