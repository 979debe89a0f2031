/** Days as Google's prices begin on them. */
import { type DayStart, dayStartIn, GOOGLE_TIME_ZONE } from "../../src/pricing/effective-date.ts";

export const pacificMidnight: DayStart = dayStartIn(GOOGLE_TIME_ZONE);
