/**
 * A plot as a PNG: the SVG drawn by resvg, compiled to WebAssembly, with a typeface of its own, so that a machine without
 * fonts draws the same picture.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { initWasm, Resvg } from "@resvg/resvg-wasm";

const { resolve } = createRequire(import.meta.url);
/** Pixels of the picture for one of the drawing's. */
const zoom = 2;

/** Turns an SVG document into a PNG's bytes. */
export type Rasterize = (svg: string) => Uint8Array;

/** Loads the program and the typeface, once per process. */
export async function createRasterizer(): Promise<Rasterize> {
  const [program, typeface] = await Promise.all([
    readFile(resolve("@resvg/resvg-wasm/index_bg.wasm")),
    readFile(resolve("@expo-google-fonts/open-sans/400Regular/OpenSans_400Regular.ttf")),
  ]);
  await initWasm(program);
  return (svg) => {
    const drawing = new Resvg(svg, {
      fitTo: { mode: "zoom", value: zoom },
      font: { fontBuffers: [typeface], defaultFontFamily: "Open Sans", sansSerifFamily: "Open Sans" },
    });
    const picture = drawing.render();
    try {
      return picture.asPng();
    } finally {
      picture.free();
      drawing.free();
    }
  };
}
