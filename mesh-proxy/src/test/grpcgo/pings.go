package main

import (
	"context"
	"net"
	"sync/atomic"
)

const (
	frameHeader = 9
	typePing    = 6
	flagAck     = 1
	preface     = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
)

// counts is what went out over all connections of one side.
type counts struct {
	connections atomic.Int64
	pings       atomic.Int64
}

type report struct {
	Connections int64 `json:"connections"`
	Pings       int64 `json:"pings"`
}

func (c *counts) report() report {
	return report{c.connections.Load(), c.pings.Load()}
}

func (c *counts) dial(ctx context.Context, address string) (net.Conn, error) {
	var dialer net.Dialer
	opened, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	c.connections.Add(1)
	return &watched{Conn: opened, counts: c, skip: len(preface)}, nil
}

func (c *counts) listener(of net.Listener) net.Listener {
	return listener{of, c}
}

type listener struct {
	net.Listener
	counts *counts
}

func (l listener) Accept() (net.Conn, error) {
	accepted, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.counts.connections.Add(1)
	return &watched{Conn: accepted, counts: l.counts}, nil
}

// watched reads the frames that are written to it, by their headers; there is one writer at a time.
type watched struct {
	net.Conn
	counts *counts
	skip   int
	header []byte
}

func (w *watched) Write(bytes []byte) (int, error) {
	n, err := w.Conn.Write(bytes)
	w.note(bytes[:n])
	return n, err
}

func (w *watched) note(bytes []byte) {
	for len(bytes) > 0 {
		if w.skip > 0 {
			passed := min(w.skip, len(bytes))
			w.skip -= passed
			bytes = bytes[passed:]
			continue
		}
		taken := min(frameHeader-len(w.header), len(bytes))
		w.header = append(w.header, bytes[:taken]...)
		bytes = bytes[taken:]
		if len(w.header) == frameHeader {
			h := w.header
			w.skip = int(h[0])<<16 | int(h[1])<<8 | int(h[2])
			if h[3] == typePing && h[4]&flagAck == 0 {
				w.counts.pings.Add(1)
			}
			w.header = h[:0]
		}
	}
}
