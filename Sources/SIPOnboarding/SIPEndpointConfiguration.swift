// SPDX-License-Identifier: GPL-3.0-or-later

public import SIPWire
public import SocketActivation

/// How the SIP endpoint listens and what it allows itself.
public struct SIPEndpointConfiguration: Sendable, Hashable {
    /// An address and the transports to listen on there.
    public struct Listener: Sendable, Hashable {
        /// The IP address; `0.0.0.0` and `::` listen on all.
        public var host: String
        /// The port; 0 takes any free one.
        public var port: UInt16
        /// The transports.
        public var transports: Set<SIPTransport>

        /// Creates a listener.
        public init(host: String, port: UInt16 = 5060, transports: Set<SIPTransport> = [.udp, .tcp]) {
            self.host = host
            self.port = port
            self.transports = transports
        }
    }

    /// Where to listen.
    public var listeners: [Listener]

    /// Sockets that are open already: those that are bound to the address of a listener are listened on, instead of new ones.
    public var inherited = InheritedSockets()

    /// The realm of digest authentication, and the name in From of the endpoint's own requests.
    public var realm = "provd"

    /// The addresses of proxies that may name the sender of a request instead of a password (RFC 3325), over TCP or TLS.
    public var trustedPeers: Set<String> = []

    /// The digest algorithms to offer. RFC 8760 wants the strongest first and clients to pass over what
    /// they do not know; but many phones look at the first challenge only, and know MD5 alone.
    public var digestAlgorithms: [DigestAlgorithm] = [.md5, .sha256]

    /// The text of Server and User-Agent header fields.
    public var product = "provd"

    /// The shortest registration that is accepted, in seconds. Shorter ones get 423.
    public var minimumExpires: UInt32 = 30

    /// The longest registration that is given, in seconds. Longer ones are shortened.
    public var maximumExpires: UInt32 = 3600

    /// The registration that a phone gets which names no time, in seconds.
    public var defaultExpires: UInt32 = 3600

    /// How many contacts one account can have. The oldest makes place.
    public var contactsPerAccount = 4

    /// How many accounts can be registered: memory, about 1 KiB each.
    public var maximumRegisteredAccounts = 50_000

    /// How long a nonce is good. Each one in use is remembered for this long.
    public var nonceLifetime = Duration.seconds(120)

    /// How long an answered call lasts if nobody hangs up.
    public var callDuration = Duration.seconds(3)

    /// How many calls can hear something at the same time; each sends 50 packets a second. Further calls are silent.
    public var maximumSpokenCalls = 300

    /// How many lines can be registered for calls between lines to be connected. What has more lines wants a PBX: this one has no
    /// voice mail, no transfers of its own, and no second machine.
    public var maximumRelayedLines = 1_000

    /// How many requests between lines can wait for answers: as many calls can ring.
    public var maximumRelayedCalls = 500

    /// How many phones a call can ring on.
    public var maximumForks = 16

    /// How long a phone may ring: Timer C of RFC 3261 section 16.6, more than three minutes.
    public var ringingDuration = Duration.seconds(181)

    /// The UDP ports of calls' audio; `nil` for any that are free.
    public var mediaPorts: ClosedRange<UInt16>?

    /// How long a caller may take for a key.
    public var keyTimeout = Duration.seconds(10)

    /// How long a call with audio lasts at the most.
    public var spokenCallDuration = Duration.seconds(120)

    /// How many calls can be up at the same time.
    public var maximumCalls = 4_000

    /// How many requests can be in the transaction tables. Over UDP one stays for 32 seconds
    /// after its answer: 500 requests each second make 16,000.
    public var maximumTransactions = 40_000

    /// How many questions and reports can wait for the use cases before requests get 503.
    public var maximumJobs = 4_000

    /// How many TCP connections can be open.
    public var maximumConnections = 8_000

    /// How many of them one address can have open, loopback excepted; behind address translation a whole site has one address.
    public var maximumConnectionsPerAddress = 2_000

    /// How long a TCP peer may take over one message, and an unregistered one may be silent.
    public var messageTimeout = Duration.seconds(20)

    /// How long to wait before asking again, told with 503.
    public var retryAfterSeconds = 5

    /// What a message may cost.
    public var limits = SIPLimits.standard

    /// The times of the transaction layer.
    public var timers = TransactionTimers.standard

    /// Creates a configuration.
    public init(listeners: [Listener]) {
        self.listeners = listeners
    }
}
