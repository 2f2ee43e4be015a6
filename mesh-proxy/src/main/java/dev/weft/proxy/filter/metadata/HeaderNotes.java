package dev.weft.proxy.filter.metadata;

import dev.weft.proxy.filter.FilterContext;
import dev.weft.proxy.filter.HttpFilter;
import dev.weft.proxy.filter.HttpFilterFactory;
import dev.weft.proxy.filter.Verdict;
import dev.weft.proxy.stream.DynamicMetadata;
import dev.weft.proxy.stream.FieldValues;
import dev.weft.xds.match.RegexReplacer;
import dev.weft.xds.model.HeaderToMetadata;
import dev.weft.xds.model.HeaderToMetadata.Note;
import dev.weft.xds.model.HeaderToMetadata.Rule;
import dev.weft.xds.model.RegexRewrite;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Notes headers as metadata of requests ({@code envoy.filters.http.header_to_metadata}). */
public final class HeaderNotes implements HttpFilterFactory {
  /** A longer value is not noted. */
  private static final int LONGEST = 8 * 1024;

  private static final AsciiString COOKIE = AsciiString.cached("cookie");

  /** A rule with what it needs compiled. */
  private record Compiled(Rule rule, AsciiString header, @Nullable RegexReplacer rewrite) {}

  private final List<Compiled> request;
  private final List<Compiled> response;

  /** The filter that a configuration asks for. */
  public HeaderNotes(HeaderToMetadata rules) {
    this.request = rules.request().stream().map(HeaderNotes::compile).toList();
    this.response = rules.response().stream().map(HeaderNotes::compile).toList();
  }

  private static Compiled compile(Rule rule) {
    RegexRewrite rewrite = rule.present() == null ? null : rule.present().rewrite();
    return new Compiled(
        rule,
        rule.cookie() ? COOKIE : AsciiString.of(rule.name()),
        rewrite == null ? null : RegexReplacer.compile(rewrite));
  }

  @Override
  public HttpFilter create(FilterContext context) {
    return new HttpFilter() {
      @Override
      public Verdict onRequestHeaders(Http2Headers headers, boolean endStream) {
        note(request, headers, context);
        return Verdict.CONTINUE;
      }

      @Override
      public Verdict onResponseHeaders(Http2Headers headers, boolean endStream) {
        note(response, headers, context);
        return Verdict.CONTINUE;
      }
    };
  }

  private static void note(List<Compiled> rules, Http2Headers headers, FilterContext context) {
    for (int i = 0; i < rules.size(); i++) {
      Compiled compiled = rules.get(i);
      Rule rule = compiled.rule();
      String value = value(compiled, headers);
      if (value == null) {
        if (rule.missing() != null) {
          note(rule.missing(), rule.missing().value(), context.metadata());
        }
        continue;
      }
      if (rule.remove()) {
        headers.remove(compiled.header());
      }
      Note present = rule.present();
      if (present != null) {
        note(present, text(present, compiled, value), context.metadata());
      }
    }
  }

  private static String text(Note note, Compiled compiled, String value) {
    if (!note.value().isEmpty()) {
      return note.value();
    }
    RegexReplacer rewrite = compiled.rewrite();
    return rewrite == null ? value : rewrite.apply(value);
  }

  private static @Nullable String value(Compiled compiled, Http2Headers headers) {
    CharSequence all =
        compiled.rule().cookie()
            ? headers.get(COOKIE)
            : FieldValues.joined(headers, compiled.header());
    if (all == null) {
      return null;
    }
    return compiled.rule().cookie()
        ? cookie(all.toString(), compiled.rule().name())
        : all.toString();
  }

  private static @Nullable String cookie(String all, String name) {
    for (int start = 0; start <= all.length(); ) {
      int end = all.indexOf(';', start);
      end = end < 0 ? all.length() : end;
      int equal = all.indexOf('=', start);
      if (equal >= 0 && equal < end && all.substring(start, equal).strip().equals(name)) {
        String value = all.substring(equal + 1, end).strip();
        boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1) : value;
      }
      start = end + 1;
    }
    return null;
  }

  private static void note(Note note, String value, DynamicMetadata metadata) {
    if (value.isEmpty() || value.length() > LONGEST) {
      return;
    }
    String text = value;
    if (note.base64()) {
      try {
        text = new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
      } catch (IllegalArgumentException e) {
        return; // what a client sends amiss is not noted
      }
    }
    if (!note.number()) {
      metadata.put(note.namespace(), note.key(), text);
      return;
    }
    try {
      metadata.put(note.namespace(), note.key(), Double.valueOf(text));
    } catch (NumberFormatException e) {
      // the same
    }
  }
}
