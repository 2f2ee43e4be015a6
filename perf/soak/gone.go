package main

import (
	"context"
	"io"
	"math/rand/v2"
	"net"
	"time"

	"google.golang.org/grpc"
)

// gone is clients that go away in the middle, each time in another way. Nothing they see is wrong; what they leave behind would be.
func gone(t *traffic) worker {
	return alone(func(c *call) error {
		listener := []string{"http", "tls", "mtls"}[rand.IntN(3)]
		switch rand.IntN(6) {
		case 0:
			return t.leaveAnswer(c, listener)
		case 1:
			return t.leaveBody(c, listener)
		case 2:
			return t.cancel(c, listener, false)
		case 3:
			return t.cancel(c, listener, true)
		case 4:
			return t.leaveStream(c, listener)
		default:
			return t.leaveHandshake(c)
		}
	})
}

// leaveAnswer resets the connection when it has read a part of a large answer.
func (t *traffic) leaveAnswer(c *call, listener string) error {
	w, err := t.open(c, listener)
	if err != nil {
		return err
	}
	defer reset(w.Conn)
	request, _ := getting(c, 2*mib)
	_ = w.SetDeadline(time.Now().Add(patience))
	if err := request.Write(w); err != nil {
		return err
	}
	_, _ = io.CopyN(io.Discard, w.reader, int64(1+rand.IntN(mib)))
	return nil
}

// leaveBody resets the connection in the middle of a request's body, or of its head.
func (t *traffic) leaveBody(c *call, listener string) error {
	w, err := t.open(c, listener)
	if err != nil {
		return err
	}
	defer reset(w.Conn)
	_ = w.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(w, "POST /web/hash HTTP/1.1\r\nhost: soak.test\r\n"); err != nil || rand.IntN(4) == 0 {
		return err
	}
	if _, err := io.WriteString(w, "content-length: 1000000\r\n\r\n"); err != nil {
		return err
	}
	_, _ = io.Copy(w, newPattern(0, rand.IntN(400*kib)))
	time.Sleep(time.Duration(rand.IntN(50)) * time.Millisecond)
	return nil
}

// cancel resets an HTTP/2 stream in the middle of its answer or of its body; the next request of the connection must be answered.
func (t *traffic) cancel(c *call, listener string, sending bool) error {
	k := get2(listener, 2, kib)(t).(*kept2)
	defer k.close()
	within, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	request, _ := getting(c, 2*mib)
	if sending {
		request = newRequest(c, "POST", "/once/echo", io.NopCloser(newPattern(0, mib)), mib)
		defer time.AfterFunc(time.Duration(1+rand.IntN(20))*time.Millisecond, cancel).Stop()
	}
	response, err := k.send(c, request.WithContext(within))
	if err == nil {
		_, _ = io.CopyN(io.Discard, response.Body, int64(rand.IntN(512*kib)))
		cancel()
		_ = response.Body.Close()
	} else {
		k.close() // Go's client may have dropped the connection with a request that was not sent yet
	}
	c.repeatable = true
	return k.do(c)
}

// leaveStream lets a gRPC stream go, by its end or with its connection.
func (t *traffic) leaveStream(c *call, listener string) error {
	g := &channel{t: t, listener: listener, most: 1, call: func(ctx context.Context, _ *call, over *grpc.ClientConn) error {
		ctx, cancel := context.WithTimeout(ctx, patience)
		if rand.IntN(2) == 0 {
			defer cancel()
		} else {
			time.AfterFunc(patience, cancel)
		}
		stream, err := over.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, "/soak.Echo/Stream")
		for range 1 + rand.IntN(5) {
			if sent := message(); err == nil {
				err = stream.SendMsg(&sent)
			}
		}
		return nil
	}}
	defer g.close()
	return g.do(c)
}

// leaveHandshake sends the first bytes of a ClientHello only.
func (t *traffic) leaveHandshake(c *call) error {
	raw, err := net.DialTimeout("tcp", t.address("mtls"), patience)
	if err != nil {
		return err
	}
	_, err = raw.Write([]byte{0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3})
	reset(raw)
	return err
}
