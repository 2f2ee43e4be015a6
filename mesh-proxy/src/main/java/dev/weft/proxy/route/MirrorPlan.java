package dev.weft.proxy.route;

import dev.weft.proxy.stream.FieldValues;
import dev.weft.proxy.stream.OwnAddress;
import dev.weft.xds.model.Fraction;
import dev.weft.xds.model.Mirror;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A compiled {@link Mirror}: which requests are copied, what copies look like, where they go. */
public final class MirrorPlan {
  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(15);
  private static final String SHADOW = "-shadow";
  private static final AsciiString INTERNAL = AsciiString.cached("x-envoy-internal");
  private static final AsciiString TRUE = AsciiString.cached("true");
  private static final AsciiString FORWARDED_FOR = AsciiString.cached("x-forwarded-for");

  private final Forwarding forwarding;
  private final @Nullable Fraction fraction;
  private final boolean keepsHost;
  private final @Nullable Boolean traced;
  private final @Nullable String ownAddress = OwnAddress.find();

  private MirrorPlan(
      Forwarding forwarding,
      @Nullable Fraction fraction,
      boolean keepsHost,
      @Nullable Boolean traced) {
    this.forwarding = forwarding;
    this.fraction = fraction;
    this.keepsHost = keepsHost;
    this.traced = traced;
  }

  /**
   * Compiles a mirror.
   *
   * @param timeoutNanos of the route: a copy has as long, and 15 s where the route sets no bound
   */
  static MirrorPlan compile(Mirror mirror, long timeoutNanos) {
    return new MirrorPlan(
        Forwarding.plain(
            WeightedTargets.compile(mirror), timeoutNanos == 0 ? LONGEST_NANOS : timeoutNanos),
        mirror.fraction(),
        mirror.keepsHost(),
        mirror.traced());
  }

  /** How copies go. */
  public Forwarding forwarding() {
    return forwarding;
  }

  /** Whether spans of copies are recorded; null for those of recorded requests. */
  public @Nullable Boolean traced() {
    return traced;
  }

  /**
   * Whether a request is copied.
   *
   * @param random any bits
   */
  public boolean copies(long random) {
    return fraction == null
        || Long.remainderUnsigned(random, fraction.denominator()) < fraction.numerator();
  }

  /** Marks the head of a copy as one, as it stands to go to the mirror. */
  public void mark(Http2Headers copy) {
    CharSequence host = copy.authority();
    if (!keepsHost && host != null) {
      int end = hostEnd(host);
      copy.authority(
          new StringBuilder(host.length() + SHADOW.length())
              .append(host, 0, end)
              .append(SHADOW)
              .append(host, end, host.length()));
    }
    copy.set(INTERNAL, TRUE);
    if (ownAddress != null) {
      CharSequence before = FieldValues.listed(copy, FORWARDED_FOR);
      copy.set(FORWARDED_FOR, FieldValues.with(before, ",", ownAddress));
    }
  }

  /** Where the port begins, or the end; a colon within brackets is an IPv6 address's. */
  private static int hostEnd(CharSequence authority) {
    for (int i = authority.length() - 1; i >= 0; i--) {
      char c = authority.charAt(i);
      if (c == ':') {
        return i;
      }
      if (c == ']') {
        break;
      }
    }
    return authority.length();
  }
}
