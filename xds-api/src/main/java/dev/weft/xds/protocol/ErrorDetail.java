package dev.weft.xds.protocol;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.Status;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The {@code error_detail} of a refusal: a text for people and, as a {@code google.protobuf.Struct}
 * with the field {@code refused}, the reason for each resource, by which a server knows that the
 * others were taken.
 */
final class ErrorDetail {
  /** {@code google.rpc.Code.INTERNAL}, as Envoy sends it. */
  private static final int CODE = 13;

  private static final String REFUSED = "refused";

  /** Longer texts are cut: a refusal must never be what breaks the stream. */
  private static final int MAX_TEXT = 8 * 1024;

  private static final int MAX_REASON = 1024;
  private static final int MAX_NAMED = 1000;

  private ErrorDetail() {}

  /** Refuses single resources of a response; the others were accepted. */
  static Status of(List<ResourceBatch.Refused> refused, int carried) {
    StringBuilder text = new StringBuilder();
    text.append(refused.size()).append(" of ").append(carried).append(" resources refused");
    Struct.Builder named = Struct.newBuilder();
    for (ResourceBatch.Refused resource : refused) {
      String reason = String.join("; ", resource.problems());
      if (text.length() < MAX_TEXT) {
        text.append(": ").append(resource.name().isEmpty() ? "(no name)" : resource.name());
        text.append(": ").append(reason);
      }
      if (!resource.name().isEmpty() && named.getFieldsCount() < MAX_NAMED) {
        named.putFields(resource.name(), string(cut(reason, MAX_REASON)));
      }
    }
    Status.Builder status =
        Status.newBuilder().setCode(CODE).setMessage(cut(text.toString(), MAX_TEXT));
    // only if every bad one has a name can the server trust that the rest was taken
    if (named.getFieldsCount() == refused.size()) {
      status.addDetails(
          Any.pack(
              Struct.newBuilder()
                  .putFields(REFUSED, Value.newBuilder().setStructValue(named).build())
                  .build()));
    }
    return status.build();
  }

  /** Refuses a response as a whole. */
  static Status of(String reason) {
    return Status.newBuilder().setCode(CODE).setMessage(cut(reason, MAX_TEXT)).build();
  }

  /** The reasons by resource; empty if the client did not tell. */
  static Map<String, String> reasons(Status status) {
    Map<String, String> reasons = new LinkedHashMap<>();
    for (Any detail : status.getDetailsList()) {
      if (detail.is(Struct.class)) {
        try {
          detail
              .unpack(Struct.class)
              .getFieldsOrDefault(REFUSED, Value.getDefaultInstance())
              .getStructValue()
              .getFieldsMap()
              .forEach((name, reason) -> reasons.put(name, reason.getStringValue()));
        } catch (InvalidProtocolBufferException e) {
          // the refusal counts all the same, only without names
          return Map.of();
        }
      }
    }
    return reasons;
  }

  private static Value string(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  private static String cut(String text, int max) {
    return text.length() <= max ? text : text.substring(0, max - 3) + "...";
  }
}
