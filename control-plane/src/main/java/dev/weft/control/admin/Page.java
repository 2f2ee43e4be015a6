package dev.weft.control.admin;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The files of the page, read once; there are no others to be had, whatever a path says. */
final class Page {
  /** Everything comes from here, nothing is inline, nobody may frame it. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final Map<String, String> FILES =
      Map.of(
          "index.html", "text/html; charset=utf-8",
          "style.css", "text/css; charset=utf-8",
          "app.js", "text/javascript; charset=utf-8",
          "api.js", "text/javascript; charset=utf-8",
          "views.js", "text/javascript; charset=utf-8",
          "icon.svg", "image/svg+xml");

  private final Map<String, Reply> replies = new HashMap<>();

  Page() {
    FILES.forEach(
        (name, type) ->
            replies.put(name, Reply.of(type, read(name)).with("content-security-policy", POLICY)));
  }

  private static Buffer read(String name) {
    try (InputStream in = Page.class.getResourceAsStream("/ui/" + name)) {
      if (in == null) {
        throw new IllegalStateException("ui/" + name + " is not on the class path");
      }
      return Buffer.buffer(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read ui/" + name, e);
    }
  }

  Optional<Reply> file(String name) {
    return Optional.ofNullable(replies.get(name));
  }
}
