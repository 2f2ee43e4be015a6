package dev.weft.xds.format;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What may stand in an operator's parentheses. */
enum Operands {
  NONE(false, false),
  /** {@code NAME} or {@code NAME?OTHER}. */
  HEADERS(true, true),
  /** One name. */
  NAME(true, true),
  /** {@code WQ} or {@code NQ}, {@code ORIG}, {@code PATH} or {@code ORIG_OR_PATH}. */
  PATH(false, true),
  /** Conversions as of strftime. */
  TIME(false, false),
  /** {@code START:END}, perhaps with {@code :ms}, {@code :us} or {@code :ns}. */
  DURATION(true, false),
  /** {@code CAMEL_STRING}, {@code SNAKE_STRING} or {@code NUMBER}. */
  GRPC(false, false),
  /** {@code ALLOW_WHITESPACES}. */
  DETAILS(false, false),
  /** {@code SNI_ONLY}, {@code SNI_FIRST}, {@code HOST_ONLY} or {@code HOST_FIRST}. */
  SERVER_NAME(false, false),
  /** {@code NAMESPACE:KEY:KEY...}. */
  METADATA(true, true),
  /** The same, never cut. */
  WHOLE_METADATA(true, false),
  /** The same after whose it is: {@code KIND:NAMESPACE:KEY...}. */
  KIND_OF_METADATA(true, true);

  private static final Set<String> KINDS = Set.of("DYNAMIC", "ROUTE", "CLUSTER", "UPSTREAM_HOST");

  /** Moments of a request that the proxy takes note of. */
  private static final Set<String> MOMENTS =
      Set.of(
          "DS_RX_BEG",
          "DS_RX_END",
          "US_TX_BEG",
          "US_TX_END",
          "US_RX_BEG",
          "US_RX_END",
          "DS_TX_BEG",
          "DS_TX_END");

  private final boolean required;
  private final boolean cut;

  Operands(boolean required, boolean cut) {
    this.required = required;
    this.cut = cut;
  }

  /** What is wrong with an operand; null if nothing is. */
  @Nullable String problem(@Nullable String operand, boolean length) {
    if (length && !cut) {
      return "takes no length";
    }
    if (operand == null || operand.isEmpty()) {
      return required ? "needs something in parentheses" : null;
    }
    return switch (this) {
      case NONE -> "takes nothing in parentheses";
      case HEADERS -> headers(operand);
      case NAME -> null;
      case PATH ->
          options(operand, Set.of("WQ", "NQ"), Set.of("ORIG", "PATH", "ORIG_OR_PATH"), "WQ or NQ");
      case TIME -> TimePattern.problem(operand);
      case DURATION -> duration(operand);
      case GRPC ->
          Set.of("CAMEL_STRING", "SNAKE_STRING", "NUMBER").contains(operand)
              ? null
              : "takes CAMEL_STRING, SNAKE_STRING or NUMBER";
      case DETAILS -> operand.equals("ALLOW_WHITESPACES") ? null : "takes ALLOW_WHITESPACES";
      case SERVER_NAME ->
          options(
              operand,
              Set.of("SNI_ONLY", "SNI_FIRST", "HOST_ONLY", "HOST_FIRST"),
              Set.of("ORIG", "HOST", "ORIG_OR_HOST"),
              "SNI_ONLY, SNI_FIRST, HOST_ONLY or HOST_FIRST");
      case METADATA, WHOLE_METADATA -> operand.startsWith(":") ? "needs a namespace" : null;
      case KIND_OF_METADATA -> kindOfMetadata(operand);
    };
  }

  private static @Nullable String headers(String operand) {
    if (operand.chars().filter(c -> c == '?').count() > 1) {
      return "takes one alternative only";
    }
    return operand.chars().anyMatch(c -> c <= ' ') ? "takes names of headers" : null;
  }

  private static @Nullable String kindOfMetadata(String operand) {
    int colon = operand.indexOf(':');
    if (!KINDS.contains(colon < 0 ? operand : operand.substring(0, colon))) {
      return "takes one of " + KINDS.stream().sorted().toList();
    }
    return colon < 0 || operand.startsWith(":", colon + 1) ? "needs a namespace" : null;
  }

  private static @Nullable String options(
      String operand, Set<String> first, Set<String> second, String wanted) {
    List<String> parts = List.of(operand.split(":", -1));
    if (parts.size() > 2 || !first.contains(parts.getFirst())) {
      return "takes " + wanted;
    }
    return parts.size() == 2 && !second.contains(parts.get(1))
        ? "takes one of " + second.stream().sorted().toList() + " after the colon"
        : null;
  }

  private static @Nullable String duration(String operand) {
    List<String> parts = List.of(operand.split(":", -1));
    if (parts.size() < 2 || parts.size() > 3) {
      return "takes START:END:PRECISION";
    }
    for (String moment : parts.subList(0, 2)) {
      if (!MOMENTS.contains(moment)) {
        return "knows no moment " + moment + ", only " + MOMENTS.stream().sorted().toList();
      }
    }
    return parts.size() == 2 || Set.of("ms", "us", "ns").contains(parts.get(2))
        ? null
        : "takes ms, us or ns for its precision";
  }
}
