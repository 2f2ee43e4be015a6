package dev.weft.proxy.testkit;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A name server, by UDP on a port of the loopback interface. */
public final class NameServer implements AutoCloseable {
  private record Stored(DnsRecordType type, long seconds, byte[] content) {}

  /** How it answers. */
  public enum Answering {
    /** By its records; NXDOMAIN for names that it does not have. */
    BY_RECORDS,
    /** NXDOMAIN, whatever the name. */
    NO_SUCH_NAME,
    /** The name exists, and has no record. */
    NO_RECORD,
    /** SERVFAIL. */
    FAILURE,
    /** Not at all. */
    NOTHING
  }

  private final Map<String, List<Stored>> zone = new ConcurrentHashMap<>();
  private final AtomicInteger queries = new AtomicInteger();
  private volatile Answering answering = Answering.BY_RECORDS;
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Channel server = serve();

  private Channel serve() {
    return new Bootstrap()
        .group(group)
        .channel(NioDatagramChannel.class)
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                channel
                    .pipeline()
                    .addLast(new DatagramDnsQueryDecoder(), new DatagramDnsResponseEncoder())
                    .addLast(new Answers());
              }
            })
        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .syncUninterruptibly()
        .channel();
  }

  private final class Answers extends SimpleChannelInboundHandler<DatagramDnsQuery> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramDnsQuery query) {
      queries.incrementAndGet();
      Answering how = answering;
      if (how == Answering.NOTHING) {
        return;
      }
      DnsQuestion question = query.recordAt(DnsSection.QUESTION);
      DatagramDnsResponse response =
          new DatagramDnsResponse(query.recipient(), query.sender(), query.id());
      response.addRecord(DnsSection.QUESTION, question);
      List<Stored> records = zone.get(question.name());
      if (how == Answering.FAILURE) {
        response.setCode(DnsResponseCode.SERVFAIL);
      } else if (how == Answering.NO_SUCH_NAME || records == null) {
        response.setCode(DnsResponseCode.NXDOMAIN);
      } else if (how == Answering.BY_RECORDS) {
        for (Stored one : records) {
          if (one.type().equals(question.type()) || one.type().equals(DnsRecordType.CNAME)) {
            response.addRecord(
                DnsSection.ANSWER,
                new DefaultDnsRawRecord(
                    question.name(),
                    one.type(),
                    one.seconds(),
                    Unpooled.wrappedBuffer(one.content())));
          }
        }
      }
      context.writeAndFlush(response);
    }
  }

  /** Where it is asked. */
  public InetSocketAddress address() {
    return (InetSocketAddress) server.localAddress();
  }

  /** How it answers from now on. */
  public void answer(Answering how) {
    answering = how;
  }

  /** How many queries have come. */
  public int queries() {
    return queries.get();
  }

  /** From now on it has no records. */
  public void forget() {
    zone.clear();
  }

  /**
   * One more address of a name.
   *
   * @param name with a dot at its end
   * @param seconds for which it is good
   */
  public void address(String name, String address, long seconds) {
    byte[] bytes = InetAddress.ofLiteral(address).getAddress();
    record(name, bytes.length == 4 ? DnsRecordType.A : DnsRecordType.AAAA, seconds, bytes);
  }

  /** Another name of a name. */
  public void alias(String name, String of, long seconds) {
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    for (String label : of.split("\\.")) {
      encoded.write(label.length());
      encoded.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
    }
    encoded.write(0);
    record(name, DnsRecordType.CNAME, seconds, encoded.toByteArray());
  }

  private void record(String name, DnsRecordType type, long seconds, byte[] content) {
    zone.merge(
        name,
        List.of(new Stored(type, seconds, content)),
        (some, more) -> Stream.concat(some.stream(), more.stream()).toList());
  }

  @Override
  public void close() {
    server.close().syncUninterruptibly();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
