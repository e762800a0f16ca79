/** Recordings on the wire. A segment is named by its session and the moment it began, in ms: the name of its file is made from them. */
import { z } from 'zod';
import { parseSessionId } from '../core/ids.ts';
import { sessionRefSchema } from './session.ts';

const sessionIdSchema = z.string().transform((text, context) => {
  const id = parseSessionId(text);
  if (id !== null) return id;
  context.addIssue({ code: 'custom', message: 'A recorded session is named <project>-<n>' });
  return z.NEVER;
});
const moment = z.number().int().min(0).max(8.64e15);

export const recordingListInput = z.object({ id: sessionRefSchema });
export const recordingReadInput = z.object({ id: sessionIdSchema, startedAtMs: moment, offset: z.number().int().min(0).default(0) });
export const recordingFindInput = z.object({
  text: z.string().trim().min(1).max(400),
  id: sessionIdSchema.optional(),
  limit: z.number().int().min(1).max(200).default(50),
});

const segmentViewSchema = z.object({ startedAtMs: z.number(), endedAtMs: z.number(), bytes: z.number() });
export type SegmentView = z.infer<typeof segmentViewSchema>;

export const recordingListSchema = z.object({
  sessionId: z.string(),
  state: z.enum(['off', 'recording', 'ended', 'failing']),
  why: z.string().nullable(),
  segments: z.array(segmentViewSchema),
});
export type RecordingList = z.infer<typeof recordingListSchema>;

/** asciicast v2, whole lines. */
export const recordingPageSchema = z.object({ text: z.string(), nextOffset: z.number().nullable() });

export const recordingHitSchema = z.object({
  sessionId: z.string(),
  startedAtMs: z.number(),
  atMs: z.number(),
  parts: z.array(z.object({ text: z.string(), match: z.boolean() })),
});
export type RecordingHit = z.infer<typeof recordingHitSchema>;
