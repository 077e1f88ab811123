/** The media type of server-sent events. */
export const EVENT_STREAM_MEDIA_TYPE = "text/event-stream";
