package dev.weft.proxy.listener;

import dev.weft.proxy.stream.DynamicMetadata;
import dev.weft.xds.model.ProxyHeaders;
import dev.weft.xds.model.Tlv;
import dev.weft.xds.model.TlvNote;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is made of a PROXY header's extensions: kept to go on, and noted of the connection. */
final class TlvReader {
  private final ProxyHeaders rules;
  private List<Tlv> kept = List.of();
  private @Nullable DynamicMetadata notes;

  TlvReader(ProxyHeaders rules) {
    this.rules = rules;
  }

  /** Takes the next one. */
  void read(ByteBuf in, int type, int from, int length) {
    if (rules.kept().has(type)) {
      kept = kept.isEmpty() ? new ArrayList<>() : kept;
      kept.add(new Tlv(type, in.toString(from, length, StandardCharsets.ISO_8859_1)));
    }
    for (int i = 0; i < rules.notes().size(); i++) {
      TlvNote note = rules.notes().get(i);
      if (note.type() == type) {
        note(note, in, from, length);
      }
    }
  }

  /** Of several of a type the first counts, as with Envoy. */
  private void note(TlvNote note, ByteBuf in, int from, int length) {
    DynamicMetadata into = notes == null ? new DynamicMetadata() : notes;
    notes = into;
    if (into.get(note.namespace(), note.key()) == null) {
      byte[] value = new byte[length];
      in.getBytes(from, value);
      into.put(note.namespace(), note.key(), text(value));
    }
  }

  /** In UTF-8, with an exclamation mark for each byte that is none, as with Envoy. */
  static String text(byte[] bytes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(in, out, true);
    while (result.isError()) {
      for (int i = 0; i < result.length(); i++) {
        out.put('!');
      }
      in.position(in.position() + result.length());
      result = decoder.decode(in, out, true);
    }
    return out.flip().toString();
  }

  /** What may go on in headers to endpoints. */
  List<Tlv> kept() {
    return kept;
  }

  /** What was noted, by namespaces. */
  Map<String, ?> notes() {
    return notes == null ? Map.of() : notes.namespaces();
  }
}
