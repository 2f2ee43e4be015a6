package dev.weft.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.model.ProxyHeaderVersion;
import dev.weft.xds.model.SentProxyHeader;
import dev.weft.xds.model.Tlv;
import dev.weft.xds.model.TlvChoice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What PROXY headers say to endpoints. */
class PrefaceTest {
  private static final InetSocketAddress LOCAL = at("127.0.0.1", 40_000);
  private static final InetSocketAddress REMOTE = at("127.0.0.2", 8080);

  private static InetSocketAddress at(String host, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(host), port);
  }

  private static ByteBuf write(Preface preface) {
    ByteBuf out = Unpooled.buffer();
    preface.write(out, LOCAL, REMOTE);
    return out;
  }

  private static Preface of(
      ProxyHeaderVersion version, InetSocketAddress source, InetSocketAddress destination) {
    return new Preface(
        new SentProxyHeader(version), new Preface.Client(source, destination, List.of()));
  }

  private static String line(Preface preface) {
    return write(preface).toString(StandardCharsets.US_ASCII);
  }

  @Test
  void aLineNamesTheClient() {
    assertThat(line(of(ProxyHeaderVersion.V1, at("1.2.3.4", 11), at("5.6.7.8", 99))))
        .isEqualTo("PROXY TCP4 1.2.3.4 5.6.7.8 11 99\r\n");
    assertThat(line(of(ProxyHeaderVersion.V1, at("2001:db8::5", 11), at("::1", 99))))
        .isEqualTo("PROXY TCP6 2001:db8::5 ::1 11 99\r\n");
  }

  @Test
  void aConnectionOfTheProxysOwnSaysSo() {
    assertThat(line(new Preface(new SentProxyHeader(ProxyHeaderVersion.V1), null)))
        .isEqualTo("PROXY TCP4 127.0.0.1 127.0.0.2 40000 8080\r\n");
    assertThat(
            ByteBufUtil.hexDump(
                write(new Preface(new SentProxyHeader(ProxyHeaderVersion.V2), null))))
        .isEqualTo("0d0a0d0a000d0a515549540a" + "20000000");
  }

  @Test
  void addressesOfTwoKindsAreNoneThatCouldBeSaid() {
    InetSocketAddress six = at("::1", 1);
    assertThat(line(of(ProxyHeaderVersion.V1, six, LOCAL))).isEqualTo("PROXY UNKNOWN\r\n");
    assertThat(ByteBufUtil.hexDump(write(of(ProxyHeaderVersion.V2, LOCAL, six))))
        .endsWith("20000000");
  }

  @Test
  void whatIsSaidBesidesComesAfterAddressesAsFarAsItFits() {
    SentProxyHeader header =
        new SentProxyHeader(ProxyHeaderVersion.V2, TlvChoice.ALL, List.of(new Tlv(1, "a")));
    String most = "x".repeat(0xffff - 12 - 4 - 3);
    Preface preface =
        new Preface(
            header,
            new Preface.Client(
                LOCAL, REMOTE, List.of(new Tlv(2, most + "x"), new Tlv(3, most), new Tlv(4, ""))));
    ByteBuf written = write(preface);
    assertThat(written.getUnsignedShort(14)).isEqualTo(0xffff);
    assertThat(written.readableBytes()).isEqualTo(16 + 0xffff);
    assertThat(ByteBufUtil.hexDump(written, 28, 7)).isEqualTo("01000161" + "03ffec");
  }

  /** Netty's own codec reads what is written. */
  @Test
  void othersReadIt() {
    for (int seed = 0; seed < 10_000; seed++) {
      Random random = new Random(seed);
      boolean four = random.nextBoolean();
      InetSocketAddress source = address(four, random);
      InetSocketAddress destination = address(four, random);
      ProxyHeaderVersion version =
          random.nextBoolean() ? ProxyHeaderVersion.V1 : ProxyHeaderVersion.V2;
      EmbeddedChannel reader = new EmbeddedChannel(new HAProxyMessageDecoder());
      reader.writeInbound(write(of(version, source, destination)));
      HAProxyMessage read = reader.readInbound();
      try {
        assertThat(read.command()).isEqualTo(HAProxyCommand.PROXY);
        assertThat(read.proxiedProtocol())
            .isEqualTo(four ? HAProxyProxiedProtocol.TCP4 : HAProxyProxiedProtocol.TCP6);
        assertThat(at(read.sourceAddress(), read.sourcePort()))
            .as("seed %s", seed)
            .isEqualTo(source);
        assertThat(at(read.destinationAddress(), read.destinationPort())).isEqualTo(destination);
      } finally {
        read.release();
        reader.finishAndReleaseAll();
      }
    }
  }

  private static InetSocketAddress address(boolean four, Random random) {
    byte[] bytes = new byte[four ? 4 : 16];
    random.nextBytes(bytes);
    try {
      return new InetSocketAddress(InetAddress.getByAddress(bytes), random.nextInt(65536));
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}
