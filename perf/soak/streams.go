package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/stats"
)

// channel is a gRPC connection; TLS is the dialer's.
type channel struct {
	t        *traffic
	listener string
	most     int
	used     int
	now      *grpc.ClientConn
	call     func(ctx context.Context, c *call, over *grpc.ClientConn) error
}

func (g *channel) do(c *call) error {
	if g.used >= g.most {
		g.close()
	}
	if g.now == nil {
		opened, err := grpc.NewClient("passthrough:///soak.test", grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithDefaultCallOptions(grpc.ForceCodec(raw{})), grpc.WithDisableRetry(), grpc.WithStatsHandler(addresses{}),
			grpc.WithContextDialer(g.t.dialer(c, g.listener)))
		if err != nil {
			return err
		}
		g.now = opened
	}
	g.used++
	return g.call(metadata.AppendToOutgoingContext(context.WithValue(context.Background(), callKey{}, c), "x-soak-id", c.id), c, g.now)
}

func (g *channel) close() {
	if g.now != nil {
		_ = g.now.Close()
		g.now, g.used = nil, 0
	}
}

type callKey struct{}

// addresses notes which connection a call went over.
type addresses struct{}

func (addresses) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }

func (addresses) HandleRPC(ctx context.Context, s stats.RPCStats) {
	if head, is := s.(*stats.OutHeader); is {
		if c, is := ctx.Value(callKey{}).(*call); is {
			c.local = head.LocalAddr.String()
		}
	}
}

func (addresses) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

func (addresses) HandleConn(context.Context, stats.ConnStats) {}

func message() []byte {
	text := make([]byte, 16+rand.IntN(2000))
	_, _ = io.ReadFull(newPattern(rand.Uint64(), len(text)), text)
	return text
}

func backendOf(c *call, head metadata.MD) {
	if names := head.Get("x-backend"); len(names) > 0 {
		c.backend = names[0]
	}
}

func unary(listener string) func(*traffic) worker {
	return func(t *traffic) worker {
		return &channel{t: t, listener: listener, most: 200, call: func(ctx context.Context, c *call, over *grpc.ClientConn) error {
			ctx, cancel := context.WithTimeout(ctx, patience)
			defer cancel()
			sent := message()
			var head metadata.MD
			var got []byte
			err := over.Invoke(ctx, "/soak.Echo/Unary", &sent, &got, grpc.Header(&head))
			backendOf(c, head)
			if err == nil && string(got) != string(sent) {
				return fmt.Errorf("wrong content: %d bytes sent, %d other ones came back", len(sent), len(got))
			}
			return err
		}}
	}
}

// streams are bidirectional and last long; every message has its number and comes back in order.
func streams(listener string) func(*traffic) worker {
	return func(t *traffic) worker {
		return &channel{t: t, listener: listener, most: 4, call: func(ctx context.Context, c *call, over *grpc.ClientConn) error {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			stream, err := over.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, "/soak.Echo/Stream")
			if err != nil {
				return err
			}
			return t.converse(c, stream, cancel)
		}}
	}
}

func (t *traffic) converse(c *call, stream grpc.ClientStream, cancel func()) error {
	guard := time.AfterFunc(patience, cancel)
	defer guard.Stop()
	head, err := stream.Header()
	if err != nil {
		return err
	}
	backendOf(c, head)
	last := time.Now().Add(life())
	for number := uint64(0); time.Now().Before(last) && !t.ending(); number++ {
		guard.Reset(patience)
		sent := binary.BigEndian.AppendUint64(nil, number)
		sent = append(sent, message()...)
		if err := stream.SendMsg(&sent); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		var got []byte
		if err := stream.RecvMsg(&got); err != nil {
			return fmt.Errorf("message %d: %w", number, err)
		}
		if string(got) != string(sent) {
			return fmt.Errorf("wrong content in message %d", number)
		}
		t.pause(time.Duration(100+rand.IntN(200)) * time.Millisecond)
	}
	if err := stream.CloseSend(); err != nil {
		return err
	}
	var more []byte
	if err := stream.RecvMsg(&more); !errors.Is(err, io.EOF) {
		return fmt.Errorf("instead of the end: %v, %d bytes", err, len(more))
	}
	return nil
}

func life() time.Duration { return time.Duration(20+rand.IntN(40)) * time.Second }

// alone is a worker whose calls each have a connection of their own.
type alone func(c *call) error

func (a alone) do(c *call) error { return a(c) }
func (a alone) close()           {}

// connection is to the TCP listener; the endpoint says its name at once.
func (t *traffic) connection(c *call) (*wire, error) {
	w, err := t.open(c, "tcp")
	if err != nil {
		return nil, err
	}
	_ = w.SetDeadline(time.Now().Add(patience))
	name, err := w.reader.ReadString('\n')
	if err != nil {
		_ = w.Close()
		return nil, fmt.Errorf("the endpoint did not say its name: %w", err)
	}
	c.backend = strings.TrimSpace(name)
	return w, nil
}

func talk(t *traffic) worker {
	return alone(func(c *call) error {
		w, err := t.connection(c)
		if err != nil {
			return err
		}
		defer w.Close()
		return t.echoes(w)
	})
}

// echoes sends, and reads the same again, until it is time to end.
func (t *traffic) echoes(w *wire) error {
	for last := time.Now().Add(life() / 2); time.Now().Before(last) && !t.ending(); {
		_ = w.SetDeadline(time.Now().Add(patience))
		seed, n := rand.Uint64(), 1+rand.IntN(8*kib)
		if _, err := io.Copy(w.Conn, newPattern(seed, n)); err != nil {
			return err
		}
		wanted := newPattern(seed, n)
		if _, err := io.CopyN(wanted, w.reader, int64(n)); err != nil {
			return err
		}
		t.pause(time.Duration(100+rand.IntN(200)) * time.Millisecond)
	}
	return nil
}

func halfClose(t *traffic) worker {
	return alone(func(c *call) error {
		w, err := t.connection(c)
		if err != nil {
			return err
		}
		defer w.Close()
		seed := rand.Uint64()
		sent := make(chan error, 1)
		go func() {
			_, err := io.Copy(w.Conn, newPattern(seed, 512*kib))
			sent <- errors.Join(err, w.Conn.(*net.TCPConn).CloseWrite())
		}()
		wanted := newPattern(seed, 512*kib)
		_, err = io.Copy(wanted, w.reader)
		if err == nil {
			err = wanted.all()
		}
		if err != nil {
			_ = w.Close()
		}
		return errors.Join(err, <-sent)
	})
}

func webSocket(t *traffic) worker {
	return alone(func(c *call) error {
		w, err := t.open(c, "http")
		if err != nil {
			return err
		}
		defer w.Close()
		_ = w.SetDeadline(time.Now().Add(patience))
		request := newRequest(c, "GET", "/ws", nil, 0)
		request.Header.Set("connection", "Upgrade")
		request.Header.Set("upgrade", "websocket")
		request.Header.Set("sec-websocket-version", "13")
		request.Header.Set("sec-websocket-key", "c29hay1zb2FrLXNvYWstcw==")
		if err := request.Write(w); err != nil {
			return err
		}
		response, err := http.ReadResponse(w.reader, request)
		if err != nil {
			return fmt.Errorf("no answer: %w", err)
		}
		c.backend = response.Header.Get("x-backend")
		if response.StatusCode != http.StatusSwitchingProtocols {
			return fmt.Errorf("status %d", response.StatusCode)
		}
		return t.echoes(w)
	})
}
