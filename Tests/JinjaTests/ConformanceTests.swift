// SPDX-License-Identifier: GPL-3.0-or-later

import Jinja
import Testing

/// Every case of the corpus gives the bytes that Jinja2 gives, or is refused where Jinja2 refuses.
@Suite struct ConformanceTests {
    @Test func corpusIsThere() {
        #expect(Corpus.cases.count >= 250)
    }

    @Test(arguments: Corpus.cases) func rendersAsJinja2(_ item: CorpusCase) throws {
        let result = Result { try item.environment.template(named: "main").render(Corpus.context) }
        switch (result, item.output) {
        case (.success(let bytes), .some(let expected)):
            #expect(String(decoding: bytes, as: UTF8.self) == expected)
            #expect(bytes == Array(expected.utf8))
        case (.failure(let error), .some(let expected)):
            Issue.record("refused with '\(error)' where '\(expected)' was expected")
        case (.success(let bytes), .none):
            Issue.record("gave '\(String(decoding: bytes, as: UTF8.self))' where Jinja2 refuses")
        case (.failure, .none): break
        }
    }
}
