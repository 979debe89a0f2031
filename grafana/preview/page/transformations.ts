/** Grafana's transformations of data, which its core would register. */
import {
  type DataFrame,
  type DataTransformerConfig,
  standardTransformers,
  standardTransformersRegistry,
  transformDataFrame,
} from "@grafana/data";
import { lastValueFrom } from "rxjs";

export function registerTransformations(): void {
  const byId = new Map(Object.values(standardTransformers).map((one) => [one.id, one]));
  standardTransformersRegistry.setInit(() =>
    [...byId.values()].map((one) => ({
      id: one.id,
      name: one.name,
      transformation: () => Promise.resolve(one),
      editor: () => null,
      imageDark: "",
      imageLight: "",
    })),
  );
}

export async function transformed(
  frames: DataFrame[],
  transformations: readonly DataTransformerConfig[] = [],
): Promise<DataFrame[]> {
  if (transformations.length === 0) return frames;
  // Grafana would leave them out, and nobody would notice.
  const unknown = transformations.find(({ id }) => !standardTransformersRegistry.getIfExists(id));
  if (unknown !== undefined) throw new Error(`There is no transformation ${unknown.id}`);
  return lastValueFrom(
    transformDataFrame([...transformations], frames, { interpolate: (text) => text }),
  );
}
