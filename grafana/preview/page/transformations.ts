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

export function transformed(
  frames: DataFrame[],
  transformations: readonly DataTransformerConfig[] = [],
): Promise<DataFrame[]> {
  if (transformations.length === 0) return Promise.resolve(frames);
  return lastValueFrom(
    transformDataFrame([...transformations], frames, { interpolate: (text) => text }),
  );
}
