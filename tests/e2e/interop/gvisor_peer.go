// gVisor's netstack (Debian's golang-gvisor-gvisor-dev) as peer over a TAP device, the same ports and modes as
// lwip_peer.c.
//   gvisor_peer serve TAP ADDR4 ADDR6 [OCTETS]
//   gvisor_peer MODE TAP ADDR4 ADDR6 HOST PORT [OCTETS]
package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/link/fdbased"
	"gvisor.dev/gvisor/pkg/tcpip/link/rawfile"
	"gvisor.dev/gvisor/pkg/tcpip/link/tun"
	"gvisor.dev/gvisor/pkg/tcpip/network/arp"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv6"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/icmp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/waiter"
)

var octets = 10000000
var pattern = make([]byte, 251*300)

func say(port int, what string, n int, bad bool, err error, t0 time.Time) {
	word := "right"
	if bad {
		word = "WRONG"
	}
	fmt.Printf("port %d %s %d octets %s %v %.2f s\n", port, what, n, word, err, time.Since(t0).Seconds())
}

func sendAll(c io.Writer, from, n int) error {
	for n > 0 {
		cut := n
		if cut > 16384 {
			cut = 16384
		}
		at := from % 251
		sent, err := c.Write(pattern[at : at+cut])
		if err != nil {
			return err
		}
		from += sent
		n -= sent
	}
	return nil
}

func readAll(c io.Reader) (n int, bad bool, err error) {
	buf := make([]byte, 16384)
	for {
		got, e := c.Read(buf)
		if got > 0 && !bytes.Equal(buf[:got], pattern[n%251:n%251+got]) {
			bad = true
		}
		n += got
		if e == io.EOF {
			return n, bad, nil
		}
		if e != nil {
			return n, bad, e
		}
	}
}

func serve(port int, ep tcpip.Endpoint, wq *waiter.Queue) {
	c := gonet.NewTCPConn(wq, ep)
	t0 := time.Now()
	n, bad := 0, false
	var err error
	what := "done"
	switch port {
	case 7:
		buf := make([]byte, 8192)
		for err == nil {
			var got int
			got, err = c.Read(buf)
			if got > 0 {
				if !bytes.Equal(buf[:got], pattern[n%251:n%251+got]) {
					bad = true
				}
				n += got
				if _, e := c.Write(buf[:got]); e != nil {
					err = e
				}
			}
		}
	case 9:
		n, bad, err = readAll(c)
	case 19:
		n = octets
		err = sendAll(c, 0, n)
		c.CloseWrite()
		io.Copy(io.Discard, c)
	case 5000:
		time.Sleep(5 * time.Second)
		n, bad, err = readAll(c)
	case 5001:
		c.Read(make([]byte, 1))
		ep.Abort()
		what = "aborted"
	case 5002:
		n, bad, err = readAll(c)
		sendAll(c, 0, 100000)
	case 5003:
		sendAll(c, 0, 6)
	case 5004:
		c.CloseWrite()
		n, bad, err = readAll(c)
	case 5005:
		ep.SocketOptions().SetDelayOption(false)
		for i := 0; i < 5000 && err == nil; i++ {
			err = sendAll(c, i*10, 10)
		}
		n = 50000
	}
	c.Close()
	say(port, what, n, bad, err, t0)
}

func listen(s *stack.Stack, port int) {
	var wq waiter.Queue
	ep, e := s.NewEndpoint(tcp.ProtocolNumber, ipv6.ProtocolNumber, &wq)
	if e != nil {
		panic(e)
	}
	if e := ep.Bind(tcpip.FullAddress{NIC: 1, Port: uint16(port)}); e != nil {
		panic(fmt.Sprint(e))
	}
	if e := ep.Listen(50); e != nil {
		panic(fmt.Sprint(e))
	}
	entry, notify := waiter.NewChannelEntry(waiter.ReadableEvents)
	wq.EventRegister(&entry)
	for {
		n, w, e := ep.Accept(nil)
		if _, ok := e.(*tcpip.ErrWouldBlock); ok {
			<-notify
			continue
		}
		if e != nil {
			panic(fmt.Sprint(e))
		}
		go serve(port, n, w)
	}
}

func address(text string) tcpip.Address {
	ip := net.ParseIP(text)
	if four := ip.To4(); four != nil {
		return tcpip.Address(four)
	}
	return tcpip.Address(ip.To16())
}

func main() {
	for i := range pattern {
		pattern[i] = byte(i % 251)
	}
	mode, dev := os.Args[1], os.Args[2]
	fd, err := tun.OpenTAP(dev)
	if err != nil {
		panic(err)
	}
	mtu, err := rawfile.GetMTU(dev)
	if err != nil {
		panic(err)
	}
	mac := make([]byte, 6)
	rand.Read(mac)
	mac[0] = 2
	unix.SetNonblock(fd, true)
	link, err := fdbased.New(&fdbased.Options{FDs: []int{fd}, MTU: mtu, EthernetHeader: true, Address: tcpip.LinkAddress(mac)})
	if err != nil {
		panic(err)
	}
	s := stack.New(stack.Options{
		NetworkProtocols:   []stack.NetworkProtocolFactory{ipv4.NewProtocol, ipv6.NewProtocol, arp.NewProtocol},
		TransportProtocols: []stack.TransportProtocolFactory{tcp.NewProtocol, icmp.NewProtocol4, icmp.NewProtocol6},
	})
	if os.Getenv("PEER_SACK") == "1" {
		on := tcpip.TCPSACKEnabled(true)
		s.SetTransportProtocolOption(tcp.ProtocolNumber, &on)
	}
	if e := s.CreateNIC(1, link); e != nil {
		panic(fmt.Sprint(e))
	}
	s.AddProtocolAddress(1, tcpip.ProtocolAddress{Protocol: ipv4.ProtocolNumber, AddressWithPrefix: tcpip.AddressWithPrefix{Address: address(os.Args[3]), PrefixLen: 24}}, stack.AddressProperties{})
	s.AddProtocolAddress(1, tcpip.ProtocolAddress{Protocol: ipv6.ProtocolNumber, AddressWithPrefix: tcpip.AddressWithPrefix{Address: address(os.Args[4]), PrefixLen: 64}}, stack.AddressProperties{})
	s.SetRouteTable([]tcpip.Route{{Destination: header.IPv4EmptySubnet, NIC: 1}, {Destination: header.IPv6EmptySubnet, NIC: 1}})
	if mode == "serve" {
		if len(os.Args) > 5 {
			octets, _ = strconv.Atoi(os.Args[5])
		}
		for _, port := range []int{7, 9, 19, 5000, 5001, 5002, 5003, 5004, 5005} {
			go listen(s, port)
		}
		fmt.Println("ready")
		select {}
	}
	port, _ := strconv.Atoi(os.Args[6])
	if len(os.Args) > 7 {
		octets, _ = strconv.Atoi(os.Args[7])
	}
	count := 1
	if mode == "many" {
		mode, count = "echo", 20
	}
	var calls sync.WaitGroup
	for i := 0; i < count; i++ {
		calls.Add(1)
		go func() {
			defer calls.Done()
			call(s, mode, address(os.Args[5]), port)
		}()
	}
	calls.Wait()
	fmt.Println("all done")
	select {} // what was lost goes again only while the stack is there
}

// call is one connection of a client, with a line of its own.
func call(s *stack.Stack, mode string, host tcpip.Address, port int) {
	t0 := time.Now()
	proto := tcpip.NetworkProtocolNumber(ipv4.ProtocolNumber)
	if len(host) == 16 {
		proto = ipv6.ProtocolNumber
	}
	var wq waiter.Queue
	ep, _ := s.NewEndpoint(tcp.ProtocolNumber, proto, &wq)
	entry, notify := waiter.NewChannelEntry(waiter.WritableEvents)
	wq.EventRegister(&entry)
	e := ep.Connect(tcpip.FullAddress{NIC: 1, Addr: host, Port: uint16(port)})
	if _, ok := e.(*tcpip.ErrConnectStarted); ok {
		<-notify
		e = ep.LastError()
	}
	if e != nil {
		fmt.Println("connect failed:", e)
		return
	}
	wq.EventUnregister(&entry)
	c := gonet.NewTCPConn(&wq, ep)
	n, bad := 0, false
	var err error
	switch mode {
	case "up":
		n = octets
		err = sendAll(c, 0, n)
		c.CloseWrite()
		if _, _, e := readAll(c); err == nil {
			err = e
		}
	case "down":
		n, bad, err = readAll(c)
	case "echo":
		sent := make(chan error, 1)
		go func() {
			e := sendAll(c, 0, octets)
			c.CloseWrite()
			sent <- e
		}()
		n, bad, err = readAll(c)
		if e := <-sent; err == nil {
			err = e
		}
	case "half":
		sendAll(c, 0, 1000)
		c.CloseWrite()
		n, bad, err = readAll(c)
	case "slow":
		time.Sleep(5 * time.Second)
		n, bad, err = readAll(c)
	case "reset":
		sendAll(c, 0, 1000)
		time.Sleep(200 * time.Millisecond)
		ep.Abort()
	case "small":
		ep.SocketOptions().SetDelayOption(false)
		for i := 0; i < 5000 && err == nil; i++ {
			err = sendAll(c, i*10, 10)
		}
		n = 50000
		c.CloseWrite()
		readAll(c)
	}
	c.Close()
	say(port, mode, n, bad, err, t0)
}
