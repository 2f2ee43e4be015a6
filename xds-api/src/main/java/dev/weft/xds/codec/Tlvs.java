package dev.weft.xds.codec;

import com.google.protobuf.ByteString;
import dev.weft.xds.model.Tlv;
import dev.weft.xds.model.TlvChoice;
import dev.weft.xds.model.TlvNote;
import io.envoyproxy.envoy.config.core.v3.ProxyProtocolConfig;
import io.envoyproxy.envoy.config.core.v3.ProxyProtocolPassThroughTLVs;
import io.envoyproxy.envoy.config.core.v3.ProxyProtocolPassThroughTLVs.PassTLVsMatchType;
import io.envoyproxy.envoy.config.core.v3.TlvEntry;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.KeyValuePair;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.Rule;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What PROXY headers say besides addresses. */
final class Tlvs {
  private static final int MAX_TYPE = 255;
  private static final String NAMESPACE = "envoy.filters.listener.proxy_protocol";

  private Tlvs() {}

  /** Those that are meant; none where the message was not set. */
  static TlvChoice choice(boolean set, ProxyProtocolPassThroughTLVs pass, DecodeScope scope) {
    if (!set) {
      return TlvChoice.NONE;
    }
    Set<Integer> types = new HashSet<>();
    for (int i = 0; i < pass.getTlvTypeCount(); i++) {
      types.add(type(pass.getTlvType(i), scope.at("tlv_type", i)));
    }
    return switch (pass.getMatchType()) {
      case INCLUDE_ALL -> TlvChoice.ALL;
      case INCLUDE -> new TlvChoice(false, types);
      case UNRECOGNIZED -> {
        scope.at("match_type").problem("is not known");
        yield TlvChoice.NONE;
      }
    };
  }

  static ProxyProtocolPassThroughTLVs encode(TlvChoice choice) {
    return ProxyProtocolPassThroughTLVs.newBuilder()
        .setMatchType(choice.all() ? PassTLVsMatchType.INCLUDE_ALL : PassTLVsMatchType.INCLUDE)
        .addAllTlvType(choice.types().stream().sorted().toList())
        .build();
  }

  static List<Tlv> added(ProxyProtocolConfig config, DecodeScope scope) {
    List<Tlv> added = new ArrayList<>();
    Set<Integer> types = new HashSet<>();
    for (int i = 0; i < config.getAddedTlvsCount(); i++) {
      TlvEntry entry = config.getAddedTlvs(i);
      DecodeScope at = scope.at("added_tlvs", i);
      int type = type(entry.getType(), at.at("type"));
      at.at("type").require(types.add(type), "is that of another entry");
      at.at("value").require(!entry.getValue().isEmpty(), "must not be empty");
      added.add(new Tlv(type, entry.getValue().toString(StandardCharsets.ISO_8859_1)));
    }
    return added;
  }

  static List<TlvEntry> encode(List<Tlv> added) {
    return added.stream()
        .map(
            tlv ->
                TlvEntry.newBuilder()
                    .setType(tlv.type())
                    .setValue(
                        ByteString.copyFrom(tlv.value().getBytes(StandardCharsets.ISO_8859_1)))
                    .build())
        .toList();
  }

  /** As with Envoy the last rule for a type counts, even if it names no key. */
  static List<TlvNote> notes(ProxyProtocol filter, DecodeScope scope) {
    Map<Integer, TlvNote> notes = new TreeMap<>();
    for (int i = 0; i < filter.getRulesCount(); i++) {
      Rule rule = filter.getRules(i);
      DecodeScope at = scope.at("rules", i);
      int type = type(rule.getTlvType(), at.at("tlv_type"));
      KeyValuePair note = rule.getOnTlvPresent();
      if (rule.hasOnTlvPresent()) {
        Wire.text(note.getKey(), at.at("on_tlv_present").at("key"));
      }
      String namespace = note.getMetadataNamespace();
      notes.put(
          type, new TlvNote(type, namespace.isEmpty() ? NAMESPACE : namespace, note.getKey()));
    }
    return List.copyOf(notes.values());
  }

  static List<Rule> rules(List<TlvNote> notes) {
    List<Rule> rules = new ArrayList<>();
    for (TlvNote note : notes) {
      Rule.Builder rule = Rule.newBuilder().setTlvType(note.type());
      if (!note.key().isEmpty()) {
        rule.getOnTlvPresentBuilder().setMetadataNamespace(note.namespace()).setKey(note.key());
      }
      rules.add(rule.build());
    }
    return rules;
  }

  private static int type(int type, DecodeScope scope) {
    return Wire.number(type, 0, MAX_TYPE, scope);
  }
}
