package io.jpod.net;

import io.jpod.json.Json;
import io.jpod.json.JsonWriter;
import java.util.List;

/** What a pod has of a network. Written before any of it is made: detaching needs nothing else. */
public record Lease(String pod, List<String> names, Attachment attachment) {
    void write(JsonWriter json) {
        json.text("pod", pod).texts("names", names).object("attachment", attachment, (each, it) -> it.write(each));
    }

    static Lease read(Json json) {
        return new Lease(
                json.need("pod").nonEmptyString(), json.strings("names"), Attachment.read(json.need("attachment")));
    }
}
