package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"sync"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

const window = 1 << 30

// connection is one end of HTTP/2. Frames that come are handled on one goroutine; what is written meanwhile goes out when
// nothing more is there to read, so that both ends batch alike.
type connection struct {
	net    net.Conn
	reader *bufio.Reader

	mutex     sync.Mutex
	writer    *bufio.Writer
	framer    *http2.Framer
	encoder   *hpack.Encoder
	block     bytes.Buffer
	window    int64
	initial   int64
	streams   map[uint32]*sending
	unblocked []uint32
	received  uint32
}

// sending is what a stream may still send, and what waits for it.
type sending struct {
	window int64
	queue  []piece
}

type piece struct {
	data     []byte
	end      bool
	trailers []string
}

type handlers struct {
	headers func(id uint32, fields map[string]string, end bool)
	data    func(id uint32, data []byte, end bool)
	// reset may be nil: then a reset ends the connection with an error.
	reset func(id uint32)
}

func newConnection(raw net.Conn) *connection {
	return newSizedConnection(raw, 64<<10)
}

// newSizedConnection is one with other buffers than a load needs.
func newSizedConnection(raw net.Conn, buffers int) *connection {
	c := &connection{
		net: raw, reader: bufio.NewReaderSize(raw, buffers), writer: bufio.NewWriterSize(raw, buffers),
		window: 65535, initial: 65535, streams: map[uint32]*sending{},
	}
	c.framer = http2.NewFramer(c.writer, c.reader)
	c.framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	c.framer.SetReuseFrames()
	c.encoder = hpack.NewEncoder(&c.block)
	return c
}

// connect opens the client's end.
func connect(target string) (*connection, error) {
	raw, err := net.Dial("tcp", target)
	if err != nil {
		return nil, err
	}
	return begin(newConnection(raw))
}

// begin sends what a client begins with.
func begin(c *connection) (*connection, error) {
	_, _ = c.writer.WriteString(http2.ClientPreface)
	c.settings(http2.Setting{ID: http2.SettingEnablePush, Val: 0})
	return c, c.flush()
}

func (c *connection) settings(more ...http2.Setting) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	_ = c.framer.WriteSettings(append(more, http2.Setting{ID: http2.SettingInitialWindowSize, Val: window})...)
	_ = c.framer.WriteWindowUpdate(0, window)
}

func (c *connection) flush() error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.writer.Flush()
}

// headers sends a head, or trailers where nothing waits before them; fields are names and values in turn.
func (c *connection) headers(id uint32, end bool, fields ...string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.writeHeaders(id, end, fields)
}

func (c *connection) writeHeaders(id uint32, end bool, fields []string) {
	c.block.Reset()
	for i := 0; i < len(fields); i += 2 {
		_ = c.encoder.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]})
	}
	_ = c.framer.WriteHeaders(http2.HeadersFrameParam{
		StreamID: id, BlockFragment: c.block.Bytes(), EndHeaders: true, EndStream: end,
	})
	if end {
		delete(c.streams, id)
	} else if c.streams[id] == nil {
		c.streams[id] = &sending{window: c.initial}
	}
}

// data sends bytes within the peer's windows; what does not fit waits in order.
func (c *connection) data(id uint32, data []byte, end bool) {
	c.send(id, piece{data: data, end: end})
}

// trailers end a stream after its data.
func (c *connection) trailers(id uint32, fields ...string) {
	c.send(id, piece{trailers: fields})
}

func (c *connection) send(id uint32, p piece) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	s := c.streams[id]
	if s == nil {
		return
	}
	if len(s.queue) > 0 || !c.write(id, s, &p) {
		p.data = bytes.Clone(p.data)
		s.queue = append(s.queue, p)
		c.unblocked = append(c.unblocked, id)
	}
}

// write says whether the whole piece went.
func (c *connection) write(id uint32, s *sending, p *piece) bool {
	if p.trailers != nil {
		c.writeHeaders(id, true, p.trailers)
		return true
	}
	for {
		n := min(int64(len(p.data)), c.window, s.window, 16384)
		if n < int64(len(p.data)) && n <= 0 {
			return false
		}
		last := n == int64(len(p.data))
		_ = c.framer.WriteData(id, last && p.end, p.data[:n])
		c.window -= n
		s.window -= n
		p.data = p.data[n:]
		if last {
			if p.end {
				delete(c.streams, id)
			}
			return true
		}
	}
}

// forget drops what waits on a stream that is over.
func (c *connection) forget(id uint32) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	delete(c.streams, id)
}

// resume sends what the windows allow now.
func (c *connection) resume() {
	waiting := c.unblocked
	c.unblocked = nil
	for _, id := range waiting {
		s := c.streams[id]
		for s != nil && len(s.queue) > 0 && c.write(id, s, &s.queue[0]) {
			s.queue = s.queue[1:]
		}
		if s != nil && len(s.queue) > 0 {
			c.unblocked = append(c.unblocked, id)
		}
	}
}

// serve handles frames until the connection ends.
func (c *connection) serve(on handlers) error {
	return c.serveUntil(on, func() error { return nil })
}

// serveUntil does so until asking after a frame gives an error, which it returns.
func (c *connection) serveUntil(on handlers, ask func() error) error {
	for {
		if c.reader.Buffered() == 0 {
			if err := c.flush(); err != nil {
				return err
			}
		}
		frame, err := c.framer.ReadFrame()
		if err != nil {
			return err
		}
		if err := c.handle(frame, on); err != nil {
			return err
		}
		if err := ask(); err != nil {
			return errors.Join(c.flush(), err)
		}
	}
}

func (c *connection) handle(frame http2.Frame, on handlers) error {
	switch f := frame.(type) {
	case *http2.MetaHeadersFrame:
		fields := make(map[string]string, len(f.Fields))
		for _, field := range f.Fields {
			fields[field.Name] = field.Value
		}
		on.headers(f.StreamID, fields, f.StreamEnded())
	case *http2.DataFrame:
		c.credit(f.Length)
		on.data(f.StreamID, f.Data(), f.StreamEnded())
	case *http2.SettingsFrame:
		return c.onSettings(f)
	case *http2.PingFrame:
		if !f.IsAck() {
			c.mutex.Lock()
			defer c.mutex.Unlock()
			return c.framer.WritePing(true, f.Data)
		}
	case *http2.WindowUpdateFrame:
		c.mutex.Lock()
		defer c.mutex.Unlock()
		if f.StreamID == 0 {
			c.window += int64(f.Increment)
		} else if s := c.streams[f.StreamID]; s != nil {
			s.window += int64(f.Increment)
		}
		c.resume()
	case *http2.RSTStreamFrame:
		if on.reset == nil {
			return fmt.Errorf("stream %d was reset: %v", f.StreamID, f.ErrCode)
		}
		on.reset(f.StreamID)
	case *http2.GoAwayFrame:
		return fmt.Errorf("the connection is going away: %v %s", f.ErrCode, f.DebugData())
	}
	return nil
}

// credit gives back the connection's window now and then; a stream never needs more than its first.
func (c *connection) credit(bytes uint32) {
	c.received += bytes
	if c.received >= window/4 {
		c.mutex.Lock()
		_ = c.framer.WriteWindowUpdate(0, c.received)
		c.mutex.Unlock()
		c.received = 0
	}
}

func (c *connection) onSettings(f *http2.SettingsFrame) error {
	if f.IsAck() {
		return nil
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if value, there := f.Value(http2.SettingHeaderTableSize); there {
		c.encoder.SetMaxDynamicTableSizeLimit(value)
	}
	if value, there := f.Value(http2.SettingInitialWindowSize); there {
		for _, s := range c.streams {
			s.window += int64(value) - c.initial
		}
		c.initial = int64(value)
	}
	c.resume()
	return c.framer.WriteSettingsAck()
}
