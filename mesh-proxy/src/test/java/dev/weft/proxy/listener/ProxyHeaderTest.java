package dev.weft.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.listener.ProxyHeader.Absent;
import dev.weft.proxy.listener.ProxyHeader.Broken;
import dev.weft.proxy.listener.ProxyHeader.Disallowed;
import dev.weft.proxy.listener.ProxyHeader.Found;
import dev.weft.proxy.listener.ProxyHeader.Incomplete;
import dev.weft.proxy.listener.ProxyHeader.Outcome;
import dev.weft.proxy.stream.AddressText;
import dev.weft.xds.model.ProxyHeaderVersion;
import dev.weft.xds.model.ProxyHeaders;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageEncoder;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.handler.codec.haproxy.HAProxyTLV;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * PROXY headers, whole, cut and wrong. What Envoy makes of the same bytes is compared elsewhere, in
 * {@code differential/proxy-protocol.yaml}.
 */
class ProxyHeaderTest {
  private static final ProxyHeaders ANY =
      new ProxyHeaders(false, EnumSet.allOf(ProxyHeaderVersion.class), "");
  private static final ProxyHeaders OPTIONAL =
      new ProxyHeaders(true, EnumSet.allOf(ProxyHeaderVersion.class), "");
  private static final byte[] SIGNATURE = bytes("\r\n\r\n\0\r\nQUIT\n");
  private static final byte[] FOUR = {1, 2, 3, 4, 5, 6, 7, 8, 0, 11, 0, 99};

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] binary(int command, int family, int length, byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(SIGNATURE);
    out.write(command);
    out.write(family);
    out.write(length >> 8);
    out.write(length);
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static Outcome parse(byte[] bytes, int length, ProxyHeaders allowed) {
    ByteBuf in = Unpooled.wrappedBuffer(bytes, 0, length);
    int before = in.readerIndex();
    Outcome outcome = ProxyHeader.parse(in, allowed);
    assertThat(in.readerIndex()).as("it only looks").isEqualTo(before);
    return outcome;
  }

  private static Outcome parse(String text) {
    return parse(bytes(text), text.length(), ANY);
  }

  private static String text(InetSocketAddress address) {
    return address == null ? null : AddressText.of(address.getAddress()) + " " + address.getPort();
  }

  private static void isFrom(Outcome outcome, int length, String source, String destination) {
    assertThat(outcome).isInstanceOf(Found.class);
    Found found = (Found) outcome;
    assertThat(found.length()).isEqualTo(length);
    assertThat(text(found.source())).isEqualTo(source);
    assertThat(text(found.destination())).isEqualTo(destination);
  }

  @ParameterizedTest
  @CsvSource({
    "PROXY TCP4 1.2.3.4 5.6.7.8 11 99, 1.2.3.4 11, 5.6.7.8 99",
    "PROXY TCP4 1.2.3.4 5.6.7.8 0 65535, 1.2.3.4 0, 5.6.7.8 65535",
    "PROXY TCP6 2001:DB8:0:0::5 ::1 11 99, 2001:db8::5 11, ::1 99",
    "PROXY TCP6 ::ffff:1.2.3.4 ::1 11 99, ::ffff:1.2.3.4 11, ::1 99",
    "PROXY UNKNOWN, ,",
    "PROXY UNKNOWN whatever that is, ,",
  })
  void aLineSaysWhoIsMeant(String line, String source, String destination) {
    isFrom(parse(line + "\r\nGET /"), line.length() + 2, source, destination);
  }

  @Test
  void bytesSayWhoIsMeant() {
    byte[] header = binary(0x21, 0x11, 19, FOUR, new byte[] {4, 0, 4, 1, 2, 3, 4});
    isFrom(parse(header, header.length, ANY), 35, "1.2.3.4 11", "5.6.7.8 99");
    byte[] local = binary(0x20, 0, 2, new byte[] {9, 9});
    isFrom(parse(local, local.length, ANY), 18, null, null);
  }

  @Test
  void aLineHasABound() {
    String most = "PROXY UNKNOWN " + "a".repeat(ProxyHeader.MAX_LINE - 16);
    assertThat(parse(most + "\r\n")).isInstanceOf(Found.class);
    assertThat(parse(most + "a\r")).isInstanceOf(Incomplete.class);
    assertThat(parse(most + "a\r\n")).isInstanceOf(Broken.class);
    assertThat(parse(most + "aaa")).isInstanceOf(Broken.class);
  }

  @Test
  void bytesHaveABoundToo() {
    byte[] more = new byte[65535 - FOUR.length];
    more[0] = 4;
    more[1] = (byte) (more.length - 3 >> 8);
    more[2] = (byte) (more.length - 3);
    byte[] header = binary(0x21, 0x11, 65535, FOUR, more);
    assertThat(parse(header, header.length - 1, ANY)).isInstanceOf(Incomplete.class);
    isFrom(parse(header, header.length, ANY), 65535 + 16, "1.2.3.4 11", "5.6.7.8 99");
  }

  @Test
  void whoHasNoHeaderIsToldOnceThatIsSure() {
    assertThat(parse("GET / HTTP/1.1\r")).isEqualTo(new Incomplete());
    assertThat(parse("GET / HTTP/1.1\r\n")).isEqualTo(new Broken(null, "no PROXY header"));
    assertThat(parse("PROXI TCP4 1.2.3")).isInstanceOf(Broken.class);
    assertThat(parse("")).isEqualTo(new Incomplete());
  }

  @Test
  void whereItIsOptionalAConnectionMayBeginWithout() {
    for (String text : List.of("G", "PRO ", "\r\nG", "\r\n\r\n\0\r\nQUIX")) {
      assertThat(parse(bytes(text), text.length(), OPTIONAL)).as(text).isEqualTo(new Absent());
    }
    for (String text : List.of("", "P", "PROXY", "PROXY TCP4", "\r\n\r\n\0\r\nQUIT\n")) {
      assertThat(parse(bytes(text), text.length(), OPTIONAL)).as(text).isEqualTo(new Incomplete());
    }
    assertThat(parse(bytes("PROXY x\r\n"), 9, OPTIONAL)).isInstanceOf(Broken.class);
  }

  @Test
  void aVersionMayBeRefused() {
    ProxyHeaders second = new ProxyHeaders(false, Set.of(ProxyHeaderVersion.V2), "");
    assertThat(parse(bytes("PROXY U"), 7, second)).isEqualTo(new Disallowed(ProxyHeaderVersion.V1));
    ProxyHeaders optional = new ProxyHeaders(true, Set.of(ProxyHeaderVersion.V2), "");
    assertThat(parse(bytes("PROXY U"), 7, optional)).isEqualTo(new Absent());
  }

  /** What Netty's own codec writes is read; what it reads as another header is not. */
  @Test
  void whatNettyWritesIsRead() {
    EmbeddedChannel writer = new EmbeddedChannel(HAProxyMessageEncoder.INSTANCE);
    for (int seed = 0; seed < 10_000; seed++) {
      Random random = new Random(seed);
      boolean four = random.nextBoolean();
      HAProxyProtocolVersion version =
          random.nextBoolean() ? HAProxyProtocolVersion.V1 : HAProxyProtocolVersion.V2;
      List<HAProxyTLV> more = new ArrayList<>();
      for (int i = version == HAProxyProtocolVersion.V1 ? 0 : random.nextInt(3); i > 0; i--) {
        byte[] value = new byte[random.nextInt(300)];
        more.add(new HAProxyTLV((byte) random.nextInt(0x10), Unpooled.wrappedBuffer(value)));
      }
      String source = address(four, random);
      String destination = address(four, random);
      int from = random.nextInt(65536);
      int to = random.nextInt(65536);
      writer.writeOutbound(
          new HAProxyMessage(
              version,
              HAProxyCommand.PROXY,
              four ? HAProxyProxiedProtocol.TCP4 : HAProxyProxiedProtocol.TCP6,
              source,
              destination,
              from,
              to,
              more));
      ByteBuf written = writer.readOutbound();
      int length = written.readableBytes();
      written = Unpooled.wrappedBuffer(written, Unpooled.wrappedBuffer(bytes("GET /")));
      try {
        Outcome outcome = ProxyHeader.parse(written, ANY);
        isFrom(outcome, length, source + " " + from, destination + " " + to);
      } finally {
        written.release();
      }
    }
    writer.finishAndReleaseAll();
  }

  private static String address(boolean four, Random random) {
    return four
        ? (1 + random.nextInt(223)) + "." + random.nextInt(256) + "." + random.nextInt(256) + ".1"
        : "2001:db8::" + Integer.toHexString(1 + random.nextInt(0xffff));
  }

  /**
   * Wherever bytes are cut nothing is said before it is sure, and what is said then does not
   * change; and no bytes, however wrong, do more than that.
   */
  @Test
  void noCutChangesWhatIsSaid() {
    List<byte[]> seeds =
        List.of(
            bytes("PROXY TCP4 1.2.3.4 5.6.7.8 11 99\r\nGET / HTTP/1.1\r\n"),
            bytes("PROXY TCP6 2001:db8::5 ::1 11 99\r\nGET / HTTP/1.1\r\n"),
            bytes("PROXY UNKNOWN\r\nGET / HTTP/1.1\r\n"),
            bytes("GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
            binary(0x21, 0x11, 19, FOUR, new byte[] {4, 0, 4, 1, 2, 3, 4}, bytes("GET /")),
            binary(0x20, 0, 0, bytes("GET / HTTP/1.1\r\n")),
            binary(0x21, 0x21, 36, new byte[36], bytes("GET /")));
    for (int seed = 0; seed < 10_000; seed++) {
      Random random = new Random(seed);
      byte[] whole = mutated(seeds.get(random.nextInt(seeds.size())), seed == 0 ? 0 : 3, random);
      for (ProxyHeaders allowed : List.of(ANY, OPTIONAL)) {
        Outcome said = new Incomplete();
        for (int length = 0; length <= whole.length; length++) {
          Outcome now = parse(whole, length, allowed);
          if (!(said instanceof Incomplete)) {
            assertThat(now).as("seed %s, %s bytes", seed, length).isEqualTo(said);
          }
          if (now instanceof Found found) {
            assertThat(found.length()).isLessThanOrEqualTo(length);
          }
          said = now;
        }
      }
    }
  }

  private static byte[] mutated(byte[] bytes, int most, Random random) {
    byte[] changed = bytes.clone();
    for (int i = random.nextInt(most + 1); i > 0; i--) {
      int at = random.nextInt(changed.length);
      changed[at] =
          switch (random.nextInt(4)) {
            case 0 -> (byte) random.nextInt(256);
            case 1 -> (byte) (changed[at] ^ 1 << random.nextInt(8));
            case 2 -> changed[random.nextInt(changed.length)];
            default -> (byte) " \r\n0:.+".charAt(random.nextInt(7));
          };
    }
    return changed;
  }
}
