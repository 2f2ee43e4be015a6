package dev.weft.control.admin;

import dev.weft.control.resource.Durations;
import dev.weft.control.resource.Kind;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A request's parameters; what is missing or wrong becomes a problem that names it. */
record Call(RoutingContext context) {
  private static final Pattern REVISION = Pattern.compile("\"?([0-9]{1,18})\"?");
  private static final Pattern AUTHOR = Pattern.compile("[!-~]([ -~]{0,98}[!-~])?");
  private static final int PAGE = 200;
  private static final int MAX_PAGE = 1000;

  /** A part of the path, decoded. */
  String path(String name) {
    return Optional.ofNullable(context.pathParam(name)).orElse("");
  }

  /** A parameter of the query; the first where there are several. */
  Optional<String> query(String name) {
    return Optional.ofNullable(context.queryParams().get(name));
  }

  /** A header. */
  Optional<String> header(String name) {
    return Optional.ofNullable(context.request().getHeader(name));
  }

  Kind kind() {
    return kind(path("kind"));
  }

  static Kind kind(String plural) {
    return Kind.byPlural(plural)
        .orElseThrow(
            () ->
                Problem.notFound(
                        "there is no kind "
                            + plural
                            + "; use one of: "
                            + Arrays.stream(Kind.values())
                                .map(Kind::plural)
                                .collect(Collectors.joining(", ")))
                    .exception());
  }

  int limit() {
    return query("limit").map(text -> (int) number("limit", text, 1, MAX_PAGE)).orElse(PAGE);
  }

  @Nullable Long before() {
    return query("before").map(text -> number("before", text, 0, Long.MAX_VALUE)).orElse(null);
  }

  long revision() {
    String text = path("revision");
    if (!REVISION.matcher(text).matches()) {
      throw Problem.notFound("there is no revision " + text + "; use a number").exception();
    }
    return Long.parseLong(text.replace("\"", ""));
  }

  /** The revision a write builds on; null where it does not say. */
  @Nullable Long ifMatch() {
    String text = header("if-match").orElse(null);
    if (text == null) {
      return null;
    }
    var matcher = REVISION.matcher(text.strip());
    if (!matcher.matches()) {
      throw Problem.badRequest(
              "the header If-Match is "
                  + text
                  + ", which is no revision; use a number such as 42, or leave it out")
          .exception();
    }
    return Long.valueOf(matcher.group(1));
  }

  boolean flag(String name) {
    return switch (query(name).orElse("false")) {
      case "true", "" -> true;
      case "false" -> false;
      default ->
          throw Problem.badRequest("the parameter " + name + " is neither true nor false")
              .exception();
    };
  }

  Duration duration(String name, Duration fallback, Duration max) {
    String text = query(name).orElse(null);
    if (text == null) {
      return fallback;
    }
    Duration duration = Durations.read(text).orElse(null);
    if (duration == null || duration.compareTo(max) > 0) {
      throw Problem.badRequest(
              "the parameter "
                  + name
                  + " is "
                  + text
                  + "; use a duration such as 30s, at most "
                  + max.toSeconds()
                  + "s")
          .exception();
    }
    return duration;
  }

  /** Who acts: how they were authenticated and, where they say it, who they are. */
  String author() {
    String how = header("authorization").isPresent() ? "admin" : "local";
    String who = header("weft-author").orElse(null);
    if (who == null) {
      return how;
    }
    if (!AUTHOR.matcher(who).matches()) {
      throw Problem.badRequest(
              "the header Weft-Author is not 1 to 100 visible ASCII characters; correct it")
          .exception();
    }
    return how + " (" + who + ")";
  }

  private static long number(String name, String text, long min, long max) {
    try {
      long number = Long.parseLong(text);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException _) {
      // Answered below like a number out of range.
    }
    throw Problem.badRequest(
            "the parameter "
                + name
                + " is "
                + text
                + "; use a whole number from "
                + min
                + (max == Long.MAX_VALUE ? "" : " to " + max))
        .exception();
  }
}
